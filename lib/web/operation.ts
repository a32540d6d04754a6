// A route as the API's register describes it.
import type { z } from 'zod'
import type { Actor } from '@/lib/api/shapes.ts'
import type { Operation } from '@/lib/api/operation.ts'
import type { Context } from '@/lib/panel/context.ts'
import { once } from '@/lib/panel/once.ts'
import { route } from './route.ts'

/**
 * The handler of one operation: `run` gets what its schema makes of the request, and has to give what its schema promises.
 * `described` lets a test see which operation a route file serves.
 */
export function operation<I extends z.ZodType, O extends z.ZodType>(
  entry: Operation<I, O>,
  run: (ctx: Context, actor: Actor, input: z.output<I>, request: Request) => Promise<z.input<O> | Response>,
) {
  const keyed: typeof run = (ctx, actor, input, request) => {
    const key = entry.key === 'answer' ? request.headers.get('idempotency-key') : null
    if (key === null) return run(ctx, actor, input, request)
    const asked = { key, operation: `${entry.method} ${entry.path}`, input }
    return once(ctx, actor, asked, (own) => run(own, actor, input, request))
  }
  return Object.assign(route(entry.input, keyed, { status: entry.status }), { described: entry })
}
