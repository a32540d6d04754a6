import { deploymentOperations } from '@/lib/api/register/deployments.ts'
import { readLog, readRawLog } from '@/lib/panel/events.ts'
import { bearerNow } from '@/lib/web/bearer-now.ts'
import { operation } from '@/lib/web/operation.ts'
import { whileAllowed } from '@/lib/web/while-allowed.ts'

export const GET = operation(deploymentOperations.readLog, async (ctx, actor, input, request) => {
  if (request.headers.get('accept')?.includes('application/json')) return { chunks: await readLog(ctx, actor, input) }
  const { environmentId, number, server } = input
  const log = await readRawLog(ctx, actor, { environmentId, number, server })
  return new Response(whileAllowed(log, actor, bearerNow(ctx, request.headers)), {
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  })
})
