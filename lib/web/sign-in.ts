// Signing in and out as server actions use it. next-auth sets the cookie; the session row is lib/panel's.
import { AuthError } from 'next-auth'
import { z } from 'zod'
import { endSession } from '@/lib/panel/people.ts'
import type { Result } from './action.ts'
import { SignInRefused, signIn, signOut } from './auth.ts'
import { context } from './context.ts'
import { refusalOf } from './refusal.ts'
import { actorOrNull, sessionId } from './who.ts'

const credentials = z.object({ email: z.string(), password: z.string(), code: z.string().default('') })

/** Sets the cookie, or says why not; `details.secondStep` when a code is asked for. Through a server action because only that works on any host name. */
export async function openSession(input: z.input<typeof credentials>): Promise<Result<null>> {
  const given = credentials.safeParse(input)
  if (!given.success) return { ok: false, error: refusalOf(given.error) }
  try {
    await signIn('credentials', { ...given.data, redirect: false })
    return { ok: true, value: null }
  } catch (error) {
    if (error instanceof SignInRefused) return { ok: false, error: error.refusal }
    if (error instanceof AuthError) return { ok: false, error: refusalOf(error.cause?.err ?? error) }
    throw error
  }
}

/** Ends the row first: a copy of the cookie is worth nothing then. */
export async function closeSession(): Promise<Result<null>> {
  const [actor, id] = [await actorOrNull(), await sessionId()]
  if (actor && id) await endSession(context(), actor, { id })
  await signOut({ redirect: false })
  return { ok: true, value: null }
}
