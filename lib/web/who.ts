// Who asks: the actor behind this request's cookie, looked up once a request.
import { cache } from 'react'
import type { Actor } from '@/lib/api/shapes.ts'
import { PanelError } from '@/lib/errors.ts'
import { readSession } from '@/lib/panel/people.ts'
import { auth } from './auth.ts'
import { context } from './context.ts'

/** The id of the session row that the cookie names, whether or not that session still lives. */
export const sessionId = cache(async (): Promise<string | null> => {
  const session = await auth()
  return session && 'sessionId' in session && typeof session.sessionId === 'string' ? session.sessionId : null
})

/** The person that is signed in, or null: no cookie, or its session has ended. */
export const actorOrNull = cache(async (): Promise<Actor | null> => {
  const id = await sessionId()
  return id === null ? null : await readSession(context(), id)
})

/** Looks the request's session up anew with each call; null once it has ended. */
export async function sessionNow(): Promise<() => Promise<Actor | null>> {
  const id = await sessionId()
  return () => readSession(context(), id ?? '')
}

/** The person that is signed in. Throws PanelError `unauthenticated`. */
export async function actorOfRequest(): Promise<Actor> {
  const actor = await actorOrNull()
  if (!actor)
    throw new PanelError('unauthenticated', 'Your session has ended. Sign in again; what you typed stays here.')
  return actor
}
