import { serverOperations } from '@/lib/api/register/projects.ts'
import { listServerChoices } from '@/lib/panel/servers.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(serverOperations.listServerChoices, listServerChoices)
