// For what ends other sessions: which one asks is what the cookie says, never what a form says.
import type { Actor } from '@/lib/api/shapes.ts'
import type { Context } from '@/lib/panel/context.ts'
import { sessionId } from './who.ts'

type Input = { session?: string | undefined }

/** `run` with the id of the asking session in its input. */
export function inOwnSession<I extends Input, T>(run: (ctx: Context, actor: Actor, input: I) => Promise<T>) {
  return async (ctx: Context, actor: Actor, input: I): Promise<T> =>
    run(ctx, actor, { ...input, session: (await sessionId()) ?? undefined })
}
