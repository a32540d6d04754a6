import { serverOperations } from '@/lib/api/register/projects.ts'
import { listServerPage } from '@/lib/panel/servers-page.ts'
import { addServer } from '@/lib/panel/servers.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(serverOperations.listServers, listServerPage)
export const POST = operation(serverOperations.addServer, addServer)
