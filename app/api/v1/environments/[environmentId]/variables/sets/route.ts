import { pageByNumber } from '@/lib/api/page.ts'
import { variableOperations } from '@/lib/api/register/variables.ts'
import { listVariableSets } from '@/lib/panel/variables.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(
  variableOperations.listVariableSets,
  async (ctx, actor, { cursor, limit, environmentId }) => {
    const before = cursor === undefined ? {} : { before: cursor }
    return pageByNumber(await listVariableSets(ctx, actor, { environmentId, limit, ...before }), limit)
  },
)
