import { pageById } from '@/lib/api/page.ts'
import { serverOperations } from '@/lib/api/register/projects.ts'
import { addServer, listServers } from '@/lib/panel/servers.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(serverOperations.listServers, async (ctx, actor, page) =>
  pageById(await listServers(ctx, actor), page),
)
export const POST = operation(serverOperations.addServer, addServer)
