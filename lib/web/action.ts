// The one way from a button to the panel. The guard is inside: there is no action without an actor, a parsed input, and a
// refusal in words.
import type { z } from 'zod'
import type { Actor } from '@/lib/api/shapes.ts'
import type { Context } from '@/lib/panel/context.ts'
import { problemWords } from '@/lib/api/problem-words.ts'
import { context } from './context.ts'
import { refusalOf, type Refusal } from './refusal.ts'
import { actorOfRequest } from './who.ts'

export type Result<T> = { ok: true; value: T } | { ok: false; error: Refusal }

/** A server action that takes `schema`'s input and does `run` as the person who is signed in. Never throws. */
export function action<S extends z.ZodType, T>(
  schema: S,
  run: (ctx: Context, actor: Actor, input: z.output<S>) => Promise<T>,
) {
  return async (input: z.input<S>): Promise<Result<T>> => {
    try {
      const actor = await actorOfRequest()
      return { ok: true, value: await run(context(), actor, schema.parse(input, { error: problemWords })) }
    } catch (error) {
      return { ok: false, error: refusalOf(error) }
    }
  }
}

/** The same for the few things that one does before there is an actor (set-up). */
export function openAction<S extends z.ZodType, T>(schema: S, run: (ctx: Context, input: z.output<S>) => Promise<T>) {
  return async (input: z.input<S>): Promise<Result<T>> => {
    try {
      return { ok: true, value: await run(context(), schema.parse(input, { error: problemWords })) }
    } catch (error) {
      return { ok: false, error: refusalOf(error) }
    }
  }
}
