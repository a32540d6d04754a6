import { overviewOperations } from '@/lib/api/register/overview.ts'
import { listWork } from '@/lib/panel/work.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(overviewOperations.listWork, listWork)
