import { serverOperations } from '@/lib/api/register/projects.ts'
import { confirmHostKey, readHostKey } from '@/lib/panel/servers.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(serverOperations.readHostKey, readHostKey)
export const PUT = operation(serverOperations.confirmHostKey, confirmHostKey)
