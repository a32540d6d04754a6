// Whether a code is right. Each counts once, and wrong ones are counted: six digits are soon guessed by who may try for ever.
import { verifySync } from 'otplib'
import { PanelError } from '@/lib/errors.ts'
import { tokenHash } from '@/lib/secrets.ts'
import type { Person } from '@/lib/store/people.ts'
import { takeRecoveryCode, takeStep } from '@/lib/store/people-two-factor.ts'
import { countAttempt, forgetAttempts } from '@/lib/store/throttle.ts'
import type { Context } from './context.ts'

// Whoever gets here knew the password, so that strangers can't lock anybody out with it.
const wrongCodes = 8
const windowSeconds = 15 * 60
/** A phone's clock may be off by one step of 30 s. */
const toleranceSeconds = 30

/**
 * Takes the code, of the app or for recovery. PanelError: what `wrong` makes of the message; too_many with `retryAfterSeconds`,
 * however many tries run at once and wherever they come from.
 */
export async function refuseWrongCode(
  ctx: Context,
  person: Person,
  code: string,
  wrong: (message: string) => PanelError,
): Promise<void> {
  const key = `second-step:${person.id}`
  const { allowed, retryAfterSeconds } = await countAttempt(ctx.db, key, wrongCodes, windowSeconds)
  if (!allowed)
    throw new PanelError('too_many', `Too many codes. Try again in ${Math.ceil(retryAfterSeconds / 60)} min.`, {
      retryAfterSeconds,
    })
  if (!(await takes(ctx, person, code))) throw wrong('The code is wrong, or was used before. Wait for the next one.')
  await forgetAttempts(ctx.db, key)
}

async function takes(ctx: Context, person: Person, code: string): Promise<boolean> {
  if (/^[A-Z2-7]{16}$/.test(code)) return takeRecoveryCode(ctx.db.prisma, person.id, tokenHash(code))
  const step = stepOf(secretOf(ctx, person), code, new Date())
  return step !== null && takeStep(ctx.db.prisma, person.id, step)
}

/** The time step that six digits belong to, or null when they are wrong now. */
export function stepOf(secret: string, code: string, now: Date): number | null {
  if (!/^\d{6}$/.test(code)) return null
  const epoch = Math.floor(now.getTime() / 1000)
  const found = verifySync({ secret, token: code, epoch, epochTolerance: toleranceSeconds })
  return found.valid && 'timeStep' in found ? found.timeStep : null
}

export function secretOf(ctx: Context, { totpSecret }: Person): string {
  if (!totpSecret) throw new PanelError('conflict', 'There is no second step.')
  return Buffer.from(ctx.secrets.decrypt(totpSecret)).toString('utf8')
}
