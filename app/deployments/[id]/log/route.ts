import { logInput } from '@/lib/api/inputs.ts'
import { readLog } from '@/lib/panel/deployments.ts'
import { answer } from '@/lib/web/answer.ts'
import { context } from '@/lib/web/context.ts'
import { actorOfRequest } from '@/lib/web/who.ts'

/** Chunks of the log after `?after=<chunk id>`, for the page itself. */
export function GET(request: Request, { params }: { params: Promise<{ id: string }> }) {
  return answer(async () => {
    const { id } = await params
    const query = new URL(request.url).searchParams
    const input = logInput.parse({ id, afterChunk: query.get('after') ?? '0', limit: query.get('limit') ?? 100 })
    const chunks = await readLog(context(), await actorOfRequest(), input)
    return Response.json({ chunks }, { headers: { 'cache-control': 'no-store' } })
  })
}
