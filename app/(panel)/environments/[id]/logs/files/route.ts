import { listLogFiles } from '@/lib/panel/server-logs.ts'
import { answer } from '@/lib/web/answer.ts'
import { context } from '@/lib/web/context.ts'
import { actorOfRequest } from '@/lib/web/who.ts'

/** The files below `logs`, for the page itself: not an action, because those wait for one another. */
export function GET(_: Request, { params }: { params: Promise<{ id: string }> }) {
  return answer(async () => {
    const { id } = await params
    const files = await listLogFiles(context(), await actorOfRequest(), { environmentId: id })
    return Response.json(files, { headers: { 'cache-control': 'no-store' } })
  })
}
