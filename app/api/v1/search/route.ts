import { overviewOperations } from '@/lib/api/register/overview.ts'
import { search } from '@/lib/panel/search.ts'
import { operation } from '@/lib/web/operation.ts'

export const POST = operation(overviewOperations.search, search)
