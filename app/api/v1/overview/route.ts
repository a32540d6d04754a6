import { overviewOperations } from '@/lib/api/register/overview.ts'
import { readOverview } from '@/lib/panel/overview.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(overviewOperations.readOverview, readOverview)
