import { nothing, projectInput } from '@/lib/api/inputs.ts'
import { createProject, listProjects } from '@/lib/panel/projects.ts'
import { route } from '@/lib/web/route.ts'

export const GET = route(nothing, listProjects)

/** `{name, repositoryUrl, access?, user?, token?}`; with access `key` the answer holds the deploy key's public half. */
export const POST = route(projectInput, createProject, { status: 201 })
