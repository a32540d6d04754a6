import { searchInput } from '@/lib/api/inputs-overview.ts'
import { search } from '@/lib/panel/search.ts'
import { answer } from '@/lib/web/answer.ts'
import { context } from '@/lib/web/context.ts'
import { actorOfRequest } from '@/lib/web/who.ts'

/** `?text=&environment=` or `&deployment=` (where one is): for the palette. Not an action, because those wait for one another. */
export function GET(request: Request) {
  return answer(async () => {
    const query = new URL(request.url).searchParams
    const [environmentId, deploymentId] = [query.get('environment'), query.get('deployment')]
    const here = environmentId !== null ? { environmentId } : deploymentId !== null ? { deploymentId } : null
    const input = searchInput.parse({ text: query.get('text') ?? '', here })
    const found = await search(context(), await actorOfRequest(), input)
    return Response.json(found, { headers: { 'cache-control': 'no-store' } })
  })
}
