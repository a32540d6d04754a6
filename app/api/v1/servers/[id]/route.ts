import { serverOperations } from '@/lib/api/register/projects.ts'
import { getServer, removeServer, updateServer } from '@/lib/panel/servers.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(serverOperations.getServer, getServer)
export const PATCH = operation(serverOperations.updateServer, updateServer)
export const DELETE = operation(serverOperations.removeServer, removeServer)
