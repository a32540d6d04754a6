import { byId } from '@/lib/api/inputs.ts'
import { getServer, removeServer } from '@/lib/panel/servers.ts'
import { route } from '@/lib/web/route.ts'

export const GET = route(byId, getServer)
export const DELETE = route(byId, removeServer)
