import { logTextInput } from '@/lib/api/inputs-overview.ts'
import { readLogText } from '@/lib/panel/server-logs.ts'
import { answer } from '@/lib/web/answer.ts'
import { context } from '@/lib/web/context.ts'
import { actorOfRequest } from '@/lib/web/who.ts'

/** `?path=&cursor=`: the end of a file, or what was added to it since, for the page itself. */
export function GET(request: Request, { params }: { params: Promise<{ id: string }> }) {
  return answer(async () => {
    const query = Object.fromEntries(new URL(request.url).searchParams)
    const input = logTextInput.parse({ ...query, environmentId: (await params).id })
    const text = await readLogText(context(), await actorOfRequest(), input)
    return Response.json(text, { headers: { 'cache-control': 'no-store' } })
  })
}
