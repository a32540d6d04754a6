// A second step at sign-in: codes of an authenticator app (RFC 6238), and recovery codes for the day that the phone is gone.
import { randomBytes } from 'node:crypto'
import { generateSecret, generateURI } from 'otplib'
import { encode } from 'uqr'
import type { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import type { nothing } from '@/lib/api/inputs.ts'
import { twoFactorConfirmation, twoFactorProof, twoFactorStart } from '@/lib/api/inputs-access.ts'
import type { TwoFactorSecret, TwoFactorView } from '@/lib/api/shapes-access.ts'
import { PanelError } from '@/lib/errors.ts'
import { tokenHash } from '@/lib/secrets.ts'
import { tellAccess } from '@/lib/store/members.ts'
import { findPerson, markOthersEnded, type Person } from '@/lib/store/people.ts'
import * as store from '@/lib/store/people-two-factor.ts'
import { change, invalid, missing, parse } from './act.ts'
import type { Context } from './context.ts'
import { personOf } from './people-actor.ts'
import { confirmPassword } from './people-password.ts'
import { refuseWrongCode, secretOf, stepOf } from './two-factor-code.ts'

const recoveryCodes = 10

/** `since` null = there is no second step. PanelError forbidden. */
export async function readTwoFactor(
  ctx: Context,
  actor: Actor,
  _input: z.input<typeof nothing> = {},
): Promise<TwoFactorView> {
  const person = await loadSelf(ctx, actor)
  const left = Array.isArray(person.recoveryCodes) ? person.recoveryCodes.length : 0
  return { since: person.totpAt?.toISOString() ?? null, recoveryCodesLeft: left }
}

/** A new secret, which counts for nothing until a code of it is confirmed. PanelError: forbidden (password), conflict (it is on). */
export async function beginTwoFactor(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof twoFactorStart>,
): Promise<TwoFactorSecret> {
  const { password } = parse(twoFactorStart, input)
  const person = await confirmPassword(ctx, await loadSelf(ctx, actor), password, 'password')
  const isOn = () => new PanelError('conflict', 'The second step is on already.')
  if (person.totpAt) throw isOn()
  const secret = generateSecret({ length: 20 })
  const uri = generateURI({ issuer: 'Fairlead', label: person.email, secret })
  return change(ctx, actor, async ({ tx, audit }) => {
    // It may have been confirmed elsewhere since it was looked at.
    if (!(await store.storeTotp(tx, person.id, ctx.secrets.encrypt(secret)))) throw isOn()
    await audit('two-factor.begin', `user:${person.id}`, null)
    return { secret, uri, qr: encode(uri, { ecc: 'M', border: 0 }).data }
  })
}

/** From now on sign-in asks for a code; other sessions end. PanelError: invalid (the code), conflict (nothing was begun). */
export async function confirmTwoFactor(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof twoFactorConfirmation>,
): Promise<{ recoveryCodes: string[] }> {
  const { code, session } = parse(twoFactorConfirmation, input)
  const person = await loadSelf(ctx, actor)
  if (person.totpAt || !person.totpSecret)
    throw new PanelError('conflict', 'Begin anew: there is no secret to confirm.')
  const totpStep = stepOf(secretOf(ctx, person), code, new Date())
  if (totpStep === null) throw invalid('code', 'This is not the code that the app shows now.')
  const codes = makeCodes()
  return change(ctx, actor, async ({ tx, audit }) => {
    const fields = { totpAt: new Date(), totpStep, recoveryCodes: codes.map(codeHash) }
    if (!(await store.confirmTotp(tx, person.id, fields))) throw new PanelError('conflict', 'Begin anew.')
    const ended = await markOthersEnded(tx, person.id, session, new Date())
    await audit('two-factor.on', `user:${person.id}`, null, { sessionsEnded: ended })
    await tellAccess(tx)
    return { recoveryCodes: codes }
  })
}

/** Ends the second step, and other sessions. PanelError: forbidden (password), invalid (code), too_many, conflict (it is off). */
export async function endTwoFactor(ctx: Context, actor: Actor, input: z.input<typeof twoFactorProof>): Promise<null> {
  const { password, code, session } = parse(twoFactorProof, input)
  const person = await proveBoth(ctx, actor, password, code)
  return change(ctx, actor, async ({ tx, audit }) => {
    await store.clearTotp(tx, person.id)
    const ended = await markOthersEnded(tx, person.id, session, new Date())
    await audit('two-factor.off', `user:${person.id}`, null, { sessionsEnded: ended })
    await tellAccess(tx)
    return null
  })
}

/** Ten new ones; the old ones count no longer. PanelError as endTwoFactor. */
export async function renewRecoveryCodes(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof twoFactorProof>,
): Promise<{ recoveryCodes: string[] }> {
  const { password, code } = parse(twoFactorProof, input)
  const person = await proveBoth(ctx, actor, password, code)
  const codes = makeCodes()
  return change(ctx, actor, async ({ tx, audit }) => {
    await store.storeRecoveryCodes(tx, person.id, codes.map(codeHash))
    await audit('two-factor.codes', `user:${person.id}`, null)
    return { recoveryCodes: codes }
  })
}

async function proveBoth(ctx: Context, actor: Actor, password: string, code: string): Promise<Person> {
  const person = await confirmPassword(ctx, await loadSelf(ctx, actor), password, 'password')
  if (!person.totpAt) throw new PanelError('conflict', 'There is no second step.')
  await refuseWrongCode(ctx, person, code, (message) => invalid('code', message))
  return person
}

async function loadSelf(ctx: Context, actor: Actor): Promise<Person> {
  const person = await findPerson(ctx.db.prisma, personOf(actor))
  if (!person) throw missing('member')
  return person
}

// 80 bits each: too many to try, even for who has the hashes.
function makeCodes(): string[] {
  return Array.from({ length: recoveryCodes }, () => base32(randomBytes(10)).replace(/(.{4})(?=.)/g, '$1-'))
}

function base32(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')
  return bits.replace(/.{5}/g, (five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(five, 2)]!)
}

/** Of a code as `refuseWrongCode` sees it: capitals without hyphens. */
function codeHash(code: string): string {
  return tokenHash(code.replaceAll('-', ''))
}
