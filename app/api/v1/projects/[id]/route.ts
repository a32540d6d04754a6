import { byId, projectChange } from '@/lib/api/inputs.ts'
import { getProject, removeProject, updateProject } from '@/lib/panel/projects.ts'
import { route } from '@/lib/web/route.ts'

export const GET = route(byId, getProject)
export const PATCH = route(projectChange, updateProject)
export const DELETE = route(byId, removeProject)
