import { peopleOperations } from '@/lib/api/register/people.ts'
import { exportAudit } from '@/lib/panel/audit.ts'
import { bearerNow } from '@/lib/web/bearer-now.ts'
import { operation } from '@/lib/web/operation.ts'
import { whileAllowed } from '@/lib/web/while-allowed.ts'

const types = { csv: 'text/csv; charset=utf-8', jsonl: 'application/jsonl; charset=utf-8' }

export const GET = operation(
  peopleOperations.exportAudit,
  async (ctx, actor, input, request) =>
    new Response(whileAllowed(await exportAudit(ctx, actor, input), actor, bearerNow(ctx, request.headers)), {
      headers: { 'content-type': types[input.format], 'cache-control': 'no-store' },
    }),
)
