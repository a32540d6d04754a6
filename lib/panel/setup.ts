// The first minutes of a panel: one owner, made once by whoever can read the console.
import { timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import { ownerInput } from '@/lib/api/inputs.ts'
import { PanelError } from '@/lib/errors.ts'
import { randomToken, tokenHash } from '@/lib/secrets.ts'
import { insertUser } from '@/lib/store/people.ts'
import { lockByName, readSetting, removeSetting, writeSetting } from '@/lib/store/settings.ts'
import type { Reader } from '@/lib/store/reader.ts'
import { change, parse } from './act.ts'
import { systemActor, type Context } from './context.ts'
import { hashPassword } from './password.ts'

const storedToken = z.object({ hash: z.string().length(64) })

/** Whether an owner was ever made. It stays so, even if all users were removed. */
export async function isSetUp(ctx: Context): Promise<boolean> {
  return (await readSetting(ctx.db.prisma, 'setUp')) !== null
}

/** A new one-time token for the console; earlier ones are void. PanelError `conflict` when the panel is set up. */
export async function makeSetupToken(ctx: Context): Promise<string> {
  const token = randomToken()
  await ctx.db.prisma.$transaction(async (tx) => {
    await refuseWhenSetUp(tx)
    await writeSetting(tx, 'setupToken', { hash: tokenHash(token) })
  })
  return token
}

/** Makes the owner and ends set-up for good. PanelError: invalid, forbidden (token), conflict (an owner exists). */
export async function createOwner(ctx: Context, input: z.input<typeof ownerInput>): Promise<Actor> {
  const { token, ...owner } = parse(ownerInput, input)
  // Looked at before the costly hash, and again below where only one can be.
  await refuseWrongToken(ctx.db.prisma, token)
  return insertOwner(ctx, owner, 'set-up', (tx) => refuseWrongToken(tx, token))
}

const consoleInput = ownerInput.omit({ token: true })

/** The same without a token, for someone who is at the server's own console. */
export async function createOwnerOnConsole(ctx: Context, input: z.input<typeof consoleInput>): Promise<Actor> {
  return insertOwner(ctx, parse(consoleInput, input), 'console', refuseWhenSetUp)
}

async function insertOwner(
  ctx: Context,
  { password, ...person }: z.output<typeof consoleInput>,
  why: string,
  guard: (tx: Reader) => Promise<void>,
): Promise<Actor> {
  const passwordHash = await hashPassword(password)
  return change(ctx, systemActor(why), async ({ tx, audit }) => {
    await lockByName(tx, 'set-up')
    await guard(tx)
    const user = await insertUser(tx, { ...person, passwordHash, role: 'owner' })
    await writeSetting(tx, 'setUp', { at: new Date().toISOString() })
    await removeSetting(tx, 'setupToken')
    await audit('owner.create', `user:${user.id}`, null, { email: user.email })
    return { kind: 'user' as const, id: user.id, name: user.name, role: 'owner' as const, projects: {} }
  })
}

async function refuseWhenSetUp(reader: Reader): Promise<void> {
  if ((await readSetting(reader, 'setUp')) !== null)
    throw new PanelError('conflict', 'This panel has its owner already. Sign in instead.')
}

async function refuseWrongToken(reader: Reader, token: string): Promise<void> {
  await refuseWhenSetUp(reader)
  const stored = storedToken.safeParse(await readSetting(reader, 'setupToken'))
  const given = Buffer.from(tokenHash(token), 'hex')
  if (!stored.success || !timingSafeEqual(given, Buffer.from(stored.data.hash, 'hex')))
    throw new PanelError('forbidden', 'This is not the set-up token. The newest one stands on the panel’s console.')
}
