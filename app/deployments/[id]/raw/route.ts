import { readRawLog } from '@/lib/panel/deployments.ts'
import { answer } from '@/lib/web/answer.ts'
import { context } from '@/lib/web/context.ts'
import { whileAllowed } from '@/lib/web/while-allowed.ts'
import { actorOfRequest, sessionNow } from '@/lib/web/who.ts'

/** The whole redacted log as a file; text/plain and nosniff, so that nothing in it is ever run. */
export function GET(_request: Request, { params }: { params: Promise<{ id: string }> }) {
  return answer(async () => {
    const { id } = await params
    const actor = await actorOfRequest()
    const log = await readRawLog(context(), actor, { id })
    return new Response(whileAllowed(log, actor, await sessionNow()), {
      headers: {
        'content-type': 'text/plain; charset=utf-8',
        'content-disposition': `attachment; filename="deployment-${id.replace(/[^0-9a-f-]/g, '')}.log"`,
        'cache-control': 'no-store',
      },
    })
  })
}
