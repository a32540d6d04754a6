import { environmentInput, environmentList } from '@/lib/api/inputs.ts'
import { createEnvironment, listEnvironments } from '@/lib/panel/environments.ts'
import { route } from '@/lib/web/route.ts'

/** `?projectId=` narrows them down. */
export const GET = route(environmentList, listEnvironments)

/** `{projectId, name, branch, servers: [{serverId, root}], …}` */
export const POST = route(environmentInput, createEnvironment, { status: 201 })
