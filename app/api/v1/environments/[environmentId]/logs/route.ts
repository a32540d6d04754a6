import { overviewOperations } from '@/lib/api/register/overview.ts'
import { listLogFiles } from '@/lib/panel/server-logs.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(overviewOperations.listLogFiles, listLogFiles)
