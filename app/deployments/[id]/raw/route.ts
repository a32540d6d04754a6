import { readRawLog } from '@/lib/panel/deployments.ts'
import { answer } from '@/lib/web/answer.ts'
import { context } from '@/lib/web/context.ts'
import { whileAllowed } from '@/lib/web/while-allowed.ts'
import { actorOfRequest, sessionNow } from '@/lib/web/who.ts'

/** The whole redacted log as a file, `?server=` of one of several servers; text/plain and nosniff, so that nothing in it is ever run. */
export function GET(request: Request, { params }: { params: Promise<{ id: string }> }) {
  return answer(async () => {
    const { id } = await params
    const actor = await actorOfRequest()
    const server = new URL(request.url).searchParams.get('server') ?? undefined
    const log = await readRawLog(context(), actor, { id, server })
    return new Response(whileAllowed(log, actor, await sessionNow()), {
      headers: {
        'content-type': 'text/plain; charset=utf-8',
        'content-disposition': `attachment; filename="deployment-${id.replace(/[^0-9a-f-]/g, '')}.log"`,
        'cache-control': 'no-store',
      },
    })
  })
}
