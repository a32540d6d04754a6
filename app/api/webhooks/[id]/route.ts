// Where Git hosts post: no session and no token, as each delivery is signed; what is wrong with it is said in words.
import { longestDelivery } from '@/lib/api/inputs-webhooks.ts'
import { errorStatus } from '@/lib/errors.ts'
import { receive } from '@/lib/panel/receive.ts'
import { context } from '@/lib/web/context.ts'
import { InFlight, limitedBody } from '@/lib/web/limited-body.ts'
import { refusalOf } from '@/lib/web/refusal.ts'

export const dynamic = 'force-dynamic'

type PathOf = { params: Promise<{ id: string }> }
const headers = { 'cache-control': 'no-store' }
/** Of all deliveries that come in at the same time, and of those of one webhook: three of the longest. */
const inFlight = new InFlight({ most: 64 * 1_048_576, mostOfOne: 3 * longestDelivery })
const limits = { most: longestDelivery, withinMs: 30_000, inFlight }

async function handle(request: Request, { params }: PathOf): Promise<Response> {
  const { method } = request
  const { id: webhookId } = await params
  let isRead = false
  const body = async () => {
    const read = await limitedBody(request, { ...limits, to: webhookId }).catch(() => 'broken_off' as const)
    isRead = typeof read !== 'string'
    return read
  }
  try {
    const given = Object.fromEntries(request.headers)
    const answer = await receive(context(), { webhookId, method, headers: given, body })
    const response = Response.json(answer.body, { status: answer.status, headers })
    if (answer.status === 405) response.headers.set('allow', 'POST')
    if (answer.retryAfter !== undefined) response.headers.set('retry-after', `${answer.retryAfter}`)
    // Whoever is still sending isn't listened to.
    if (!isRead) response.headers.set('connection', 'close')
    return response
  } catch (error) {
    const { code, message } = refusalOf(error)
    return Response.json({ verdict: 'refused', reason: code, words: message }, { status: errorStatus[code], headers })
  }
}

export {
  handle as DELETE,
  handle as GET,
  handle as HEAD,
  handle as OPTIONS,
  handle as PATCH,
  handle as POST,
  handle as PUT,
}
