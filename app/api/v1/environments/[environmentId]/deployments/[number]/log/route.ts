import { deploymentOperations } from '@/lib/api/register/deployments.ts'
import { readLog, readRawLog } from '@/lib/panel/events.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(deploymentOperations.readLog, async (ctx, actor, input, request) => {
  if (request.headers.get('accept')?.includes('application/json')) return { chunks: await readLog(ctx, actor, input) }
  const { environmentId, number } = input
  return new Response(await readRawLog(ctx, actor, { environmentId, number }), {
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  })
})
