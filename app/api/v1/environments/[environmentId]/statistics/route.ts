import { overviewOperations } from '@/lib/api/register/overview.ts'
import { readStatistics } from '@/lib/panel/statistics.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(overviewOperations.readStatistics, readStatistics)
