// One's own password: changing it ends every other session.
import type { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import { passwordChange } from '@/lib/api/inputs-access.ts'
import { tellAccess } from '@/lib/store/members.ts'
import { changeUser, findPerson, markOthersEnded, type Person } from '@/lib/store/people.ts'
import { countAttempt, forgetAttempts } from '@/lib/store/throttle.ts'
import { PanelError } from '@/lib/errors.ts'
import { change, invalid, missing, parse } from './act.ts'
import type { Context } from './context.ts'
import { hashPassword, isPassword } from './password.ts'
import { personOf } from './people-actor.ts'

const wrongPasswords = 8
const windowSeconds = 15 * 60

/** `session` is the one that stays. PanelError: invalid (the new one, or a wrong current one), too_many, forbidden. */
export async function changePassword(ctx: Context, actor: Actor, input: z.input<typeof passwordChange>): Promise<null> {
  const { current, password, session } = parse(passwordChange, input)
  const self = await findPerson(ctx.db.prisma, personOf(actor))
  if (!self) throw missing('member')
  const person = await confirmPassword(ctx, self, current, 'current')
  const passwordHash = await hashPassword(password)
  return change(ctx, actor, async ({ tx, audit }) => {
    await changeUser(tx, person.id, { passwordHash })
    const ended = await markOthersEnded(tx, person.id, session, new Date())
    await audit('password.change', `user:${person.id}`, null, { sessionsEnded: ended })
    await tellAccess(tx)
    return null
  })
}

/** For what a borrowed session must not do. PanelError: invalid at the field `path`, too_many. */
export async function confirmPassword(ctx: Context, person: Person, password: string, path: string): Promise<Person> {
  const key = `password:${person.id}`
  const { allowed, retryAfterSeconds } = await countAttempt(ctx.db, key, wrongPasswords, windowSeconds)
  if (!allowed)
    throw new PanelError('too_many', `Too many attempts. Try again in ${Math.ceil(retryAfterSeconds / 60)} min.`, {
      retryAfterSeconds,
    })
  if (!(await isPassword(password, person.passwordHash))) throw invalid(path, 'This is not your password.')
  await forgetAttempts(ctx.db, key)
  return person
}
