import { peopleOperations } from '@/lib/api/register/people.ts'
import { exportAudit } from '@/lib/panel/audit.ts'
import { operation } from '@/lib/web/operation.ts'

const types = { csv: 'text/csv; charset=utf-8', jsonl: 'application/jsonl; charset=utf-8' }

export const GET = operation(
  peopleOperations.exportAudit,
  async (ctx, actor, input) =>
    new Response(await exportAudit(ctx, actor, input), {
      headers: { 'content-type': types[input.format], 'cache-control': 'no-store' },
    }),
)
