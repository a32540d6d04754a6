import { nothing, serverInput } from '@/lib/api/inputs.ts'
import { addServer, listServers } from '@/lib/panel/servers.ts'
import { route } from '@/lib/web/route.ts'

export const GET = route(nothing, listServers)

/** `{name, host, port?, user}`; the answer holds the public key to authorise on the server. */
export const POST = route(serverInput, addServer, { status: 201 })
