import { logAt } from '@/lib/api/inputs.ts'
import { readLog, readRawLog } from '@/lib/panel/events.ts'
import { route } from '@/lib/web/route.ts'

/** The whole log as text; with `Accept: application/json` chunks after `?afterChunk=<id>`. */
export const GET = route(logAt, async (ctx, actor, input, request) => {
  if (request.headers.get('accept')?.includes('application/json')) return { chunks: await readLog(ctx, actor, input) }
  const { environmentId, number } = input
  return new Response(await readRawLog(ctx, actor, { environmentId, number }), {
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  })
})
