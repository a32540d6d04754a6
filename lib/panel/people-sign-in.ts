// Signing in: a password, a second step for who has one, and limits on guessing either.
import { createHash } from 'node:crypto'
import type { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import { emailText } from '@/lib/api/grammar.ts'
import { signInInput } from '@/lib/api/inputs.ts'
import { PanelError } from '@/lib/errors.ts'
import { networkOf } from '@/lib/format/network.ts'
import * as store from '@/lib/store/people.ts'
import { countAttempt, forgetAttempts } from '@/lib/store/throttle.ts'
import { change, parse } from './act.ts'
import type { Context } from './context.ts'
import { isPassword } from './password.ts'
import { actorOfUser } from './people-actor.ts'
import { refuseWrongCode } from './two-factor-code.ts'

const sessionDays = 30
const windowSeconds = 15 * 60
// One address at one account, one address at all, everyone at one account: the last is high, or strangers could lock people out.
const limits = { pair: 8, address: 40, account: 200 }

/**
 * PanelError: unauthenticated (the same for unknown users, after the same work; `details.secondStep` when the password was right
 * and a code is asked for), too_many with `retryAfterSeconds`.
 */
export async function signIn(
  ctx: Context,
  input: z.input<typeof signInInput>,
): Promise<{ actor: Actor; sessionId: string }> {
  const { password, code, address, userAgent, ...given } = parse(signInInput, input)
  const email = given.email.trim().toLowerCase()
  const pair = await refuseTooMany(ctx, email, networkOf(address))
  // What can't be an address is nobody's, after the same work.
  const isAddress = emailText.safeParse(email).success
  const user = isAddress ? await store.findUserByEmail(ctx.db.prisma, email) : null
  if (!(await isPassword(password, user?.passwordHash ?? null)) || !user)
    throw new PanelError('unauthenticated', 'The e-mail address or the password is wrong.')
  await forgetAttempts(ctx.db, pair)
  if (user.totpAt) await refuseSecondStep(ctx, user, code)
  const actor = actorOfUser(user)
  return change(ctx, actor, async ({ tx, audit }) => {
    const expiresAt = new Date(Date.now() + sessionDays * 86_400_000)
    const session = await store.insertSession(tx, { userId: user.id, address, userAgent, expiresAt })
    await audit('session.begin', `session:${session.id}`, null, { address })
    return { actor, sessionId: session.id }
  })
}

async function refuseSecondStep(ctx: Context, user: store.Person, code: string): Promise<void> {
  const wanting = (message: string) => new PanelError('unauthenticated', message, { secondStep: true })
  if (code === '') throw wanting('Type the code that your authenticator app shows.')
  await refuseWrongCode(ctx, user, code, wanting)
}

// Each attempt counts before the password is looked at, so that many at once don't slip through.
async function refuseTooMany(ctx: Context, email: string, address: string): Promise<string> {
  const key = (...parts: string[]): string =>
    `sign-in:${createHash('sha256').update(JSON.stringify(parts)).digest('hex')}`
  const pair = key('pair', address, email)
  const counters = [
    [pair, limits.pair],
    [key('address', address), limits.address],
    [key('account', email), limits.account],
  ] as const
  for (const [counter, limit] of counters) {
    const { allowed, retryAfterSeconds } = await countAttempt(ctx.db, counter, limit, windowSeconds)
    // What one limit refuses isn't counted by the next: else one address could use up the account's, and lock everyone out.
    if (!allowed) throw tooMany(retryAfterSeconds)
  }
  return pair
}

function tooMany(retryAfterSeconds: number): PanelError {
  const minutes = Math.ceil(retryAfterSeconds / 60)
  return new PanelError('too_many', `Too many attempts. Try again in ${minutes} min.`, { retryAfterSeconds })
}
