// Sessions of people: rows, so that one that was ended is over with the next request, and its streams at once.
import { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import { byId } from '@/lib/api/inputs.ts'
import { otherSessions } from '@/lib/api/inputs-access.ts'
import type { SessionView } from '@/lib/api/shapes.ts'
import { tellAccess } from '@/lib/store/members.ts'
import * as store from '@/lib/store/people.ts'
import { change, missing, parse } from './act.ts'
import type { Context } from './context.ts'
import { actorOfUser, personOf } from './people-actor.ts'

export { changePassword } from './people-password.ts'
export { signIn } from './people-sign-in.ts'
export { actorOfToken, createToken, createTokenOnConsole, listTokens, revokeToken } from './people-tokens.ts'

const seenEveryMs = 60_000

/** Who a session belongs to, or null when it has ended, expired or never was. */
export async function readSession(ctx: Context, sessionId: string): Promise<Actor | null> {
  if (!z.uuid().safeParse(sessionId).success) return null
  const now = new Date()
  const session = await store.findLiveSession(ctx.db.prisma, sessionId, now)
  if (!session) return null
  if (now.getTime() - session.seenAt.getTime() > seenEveryMs) await store.touchSession(ctx.db.prisma, session.id, now)
  return actorOfUser(session.user)
}

/** One's own living sessions; `current` is the id of the one that asks. */
export async function listSessions(
  ctx: Context,
  actor: Actor,
  input: { current?: string | undefined } = {},
): Promise<SessionView[]> {
  const sessions = await store.findLiveSessions(ctx.db.prisma, personOf(actor), new Date())
  return sessions.map((session) => ({
    id: session.id,
    address: session.address,
    userAgent: session.userAgent,
    createdAt: session.createdAt.toISOString(),
    seenAt: session.seenAt.toISOString(),
    expiresAt: session.expiresAt.toISOString(),
    isCurrent: session.id === input.current,
  }))
}

/** Ends one of one's own sessions at once. PanelError not_found. */
export async function endSession(ctx: Context, actor: Actor, input: z.input<typeof byId>): Promise<null> {
  const { id } = parse(byId, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    if (!(await store.markSessionEnded(tx, id, personOf(actor), new Date()))) throw missing('session')
    await audit('session.end', `session:${id}`, null)
    await tellAccess(tx)
    return null
  })
}

/** Ends all of one's sessions but `session`. PanelError: invalid, forbidden. */
export async function endOtherSessions(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof otherSessions>,
): Promise<{ ended: number }> {
  const { session } = parse(otherSessions, input)
  const userId = personOf(actor)
  return change(ctx, actor, async ({ tx, audit }) => {
    const ended = await store.markOthersEnded(tx, userId, session, new Date())
    await audit('session.end-others', `user:${userId}`, null, { ended })
    await tellAccess(tx)
    return { ended }
  })
}
