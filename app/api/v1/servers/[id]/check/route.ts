import { serverOperations } from '@/lib/api/register/projects.ts'
import { checkServer } from '@/lib/panel/servers.ts'
import { operation } from '@/lib/web/operation.ts'

export const POST = operation(serverOperations.checkServer, checkServer)
