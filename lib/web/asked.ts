// What an environment's pages ask by themselves: questions that may take a while. Not actions, because those wait for one another.
import type { z } from 'zod'
import type { Actor } from '@/lib/api/shapes.ts'
import type { Context } from '@/lib/panel/context.ts'
import { problemWords } from '@/lib/api/problem-words.ts'
import { answer } from './answer.ts'
import { context } from './context.ts'
import { actorOfRequest } from './who.ts'

/** A handler below `/environments/[id]` that does `run` with what `schema` makes of the query, as whoever is signed in. */
export function asked<S extends z.ZodType, T>(
  schema: S,
  run: (ctx: Context, actor: Actor, input: z.output<S>) => Promise<T>,
) {
  return (request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> =>
    answer(async () => {
      const query = Object.fromEntries(new URL(request.url).searchParams)
      const { id: environmentId } = await params
      const found = await run(
        context(),
        await actorOfRequest(),
        schema.parse({ ...query, environmentId }, { error: problemWords }),
      )
      return Response.json(found, { headers: { 'cache-control': 'no-store' } })
    })
}
