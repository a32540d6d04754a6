import { projectOperations } from '@/lib/api/register/projects.ts'
import { getProject, removeProject, updateProject } from '@/lib/panel/projects.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(projectOperations.getProject, getProject)
export const PATCH = operation(projectOperations.updateProject, updateProject)
export const DELETE = operation(projectOperations.removeProject, removeProject)
