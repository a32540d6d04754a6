import { generateSync } from 'otplib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '@/lib/access.ts'
import { changePassword, createToken, endOtherSessions, readSession, signIn, actorOfToken } from '@/lib/panel/people.ts'
import { createOwner, makeSetupToken } from '@/lib/panel/setup.ts'
import * as twoFactor from '@/lib/panel/two-factor.ts'
import type { Context } from '@/lib/panel/context.ts'
import { meetLock } from './locked.ts'
import { openPanel, refused } from './panel.ts'

let ctx: Context
let close: () => Promise<void>
let ann: Actor
const password = 'correct horse battery'
beforeAll(async () => {
  ;({ ctx, close } = await openPanel())
})
afterAll(() => close())
beforeEach(async () => {
  await ctx.db.prisma.user.deleteMany()
  await ctx.db.prisma.setting.deleteMany()
  await ctx.db.prisma.throttle.deleteMany()
  ann = await createOwner(ctx, { email: 'ann@example.com', name: 'Ann', password, token: await makeSetupToken(ctx) })
})

const enter = (code = '', given = password) =>
  signIn(ctx, { email: 'ann@example.com', password: given, code, address: '192.0.2.1', userAgent: 'test' })
/** The code of `steps` × 30 s from now. */
const codeOf = (secret: string, steps = 0) =>
  generateSync({ secret, epoch: Math.floor(Date.now() / 1000) + steps * 30 })

async function turnOn(session?: string): Promise<{ secret: string; recoveryCodes: string[] }> {
  const { secret } = await twoFactor.beginTwoFactor(ctx, ann, { password })
  return { secret, ...(await twoFactor.confirmTwoFactor(ctx, ann, { code: codeOf(secret, -1), session })) }
}

describe('a second step', () => {
  it('is begun with the password, counts once a code was confirmed, and is stored encrypted', async () => {
    await expect(twoFactor.beginTwoFactor(ctx, ann, { password: 'wrong' })).rejects.toEqual(refused('invalid'))
    const { secret, uri, qr } = await twoFactor.beginTwoFactor(ctx, ann, { password })
    expect(uri).toBe(`otpauth://totp/Fairlead:ann%40example.com?secret=${secret}&issuer=Fairlead`)
    expect(qr.length).toBe(qr[0]!.length)
    expect(await enter()).toMatchObject({ actor: ann })
    await expect(twoFactor.confirmTwoFactor(ctx, ann, { code: '000000' })).rejects.toEqual(refused('invalid'))
    const { recoveryCodes } = await twoFactor.confirmTwoFactor(ctx, ann, { code: codeOf(secret) })
    expect(new Set(recoveryCodes).size).toBe(10)
    const user = await ctx.db.prisma.user.findFirstOrThrow()
    expect(Buffer.from(user.totpSecret!).toString('latin1')).not.toContain(secret)
    expect(JSON.stringify(user.recoveryCodes)).not.toContain(recoveryCodes[0]!.replaceAll('-', ''))
    const told = JSON.stringify((await ctx.db.prisma.auditEntry.findMany()).map(({ data }) => data))
    for (const hidden of [secret, ...recoveryCodes, password]) expect(told).not.toContain(hidden)
  })

  it('is asked for after the right password only, and a code counts once', async () => {
    const { secret } = await turnOn()
    await expect(enter('', 'wrong password')).rejects.toEqual(refused('unauthenticated', { details: {} }))
    await expect(enter()).rejects.toEqual(refused('unauthenticated', { details: { secondStep: true } }))
    const code = codeOf(secret)
    expect(await enter(` ${code.slice(0, 3)} ${code.slice(3)}`)).toMatchObject({ actor: ann })
    for (const replayed of [code, codeOf(secret, -1)])
      await expect(enter(replayed)).rejects.toEqual(refused('unauthenticated', { details: { secondStep: true } }))
  })

  it('lets one of many in that use the same code at once', async () => {
    const { secret } = await turnOn()
    const code = codeOf(secret)
    const all = await Promise.allSettled([1, 2, 3, 4].map(() => enter(code)))
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('can be passed with each recovery code once', async () => {
    const { recoveryCodes } = await turnOn()
    const [first] = recoveryCodes
    const both = await Promise.allSettled([enter(first!.toLowerCase()), enter(first)])
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await twoFactor.readTwoFactor(ctx, ann)).toMatchObject({ recoveryCodesLeft: 9 })
    const renewed = await twoFactor.renewRecoveryCodes(ctx, ann, { password, code: recoveryCodes[1]! })
    await expect(enter(recoveryCodes[2])).rejects.toEqual(refused('unauthenticated'))
    expect(await enter(renewed.recoveryCodes[0])).toMatchObject({ actor: ann })
  })

  it('is not ended by somebody who begins anew, without a code, while it is confirmed', async () => {
    await twoFactor.beginTwoFactor(ctx, ann, { password })
    await meetLock(
      ctx,
      'SELECT 1 FROM "User" FOR UPDATE',
      // It has seen that there is no second step, and waits for the row.
      () => expect(twoFactor.beginTwoFactor(ctx, ann, { password })).rejects.toEqual(refused('conflict')),
      (client) => client.query('UPDATE "User" SET "totpAt" = now()'),
    )
    expect((await ctx.db.prisma.user.findFirstOrThrow()).totpAt).not.toBeNull()
  })

  it('cannot be guessed: wrong codes are limited, wherever they come from', async () => {
    const { secret } = await turnOn()
    for (let n = 0; n < 8; n++) await expect(enter('000000')).rejects.toEqual(refused('unauthenticated'))
    await expect(enter(codeOf(secret))).rejects.toEqual(
      refused('too_many', { details: { retryAfterSeconds: expect.any(Number) } }),
    )
  })

  it('is ended with password and code', async () => {
    const { secret, recoveryCodes } = await turnOn()
    const proof = { password, code: recoveryCodes[0]! }
    await expect(twoFactor.endTwoFactor(ctx, ann, { ...proof, password: 'x' })).rejects.toEqual(refused('invalid'))
    await expect(twoFactor.endTwoFactor(ctx, ann, { password, code: '000000' })).rejects.toEqual(refused('invalid'))
    await twoFactor.endTwoFactor(ctx, ann, { password, code: codeOf(secret) })
    expect(await enter()).toMatchObject({ actor: ann })
    await expect(twoFactor.endTwoFactor(ctx, ann, proof)).rejects.toEqual(refused('conflict'))
  })
})

describe('attack 27: other sessions', () => {
  const live = async (...ids: string[]) => Promise.all(ids.map(async (id) => (await readSession(ctx, id)) !== null))

  it('end with a changed password, and with a second step that begins or ends', async () => {
    const [own, other] = [(await enter()).sessionId, (await enter()).sessionId]
    const next = 'another long password'
    await expect(changePassword(ctx, ann, { current: 'x', password: next, session: own })).rejects.toEqual(
      refused('invalid'),
    )
    await changePassword(ctx, ann, { current: password, password: next, session: own })
    expect(await live(own, other)).toEqual([true, false])
    await expect(enter()).rejects.toEqual(refused('unauthenticated'))
    await changePassword(ctx, ann, { current: next, password, session: own })

    const second = (await enter()).sessionId
    const { secret, recoveryCodes } = await turnOn(own)
    expect(await live(own, second)).toEqual([true, false])
    const third = (await enter(codeOf(secret))).sessionId
    await twoFactor.endTwoFactor(ctx, ann, { password, code: recoveryCodes[0]!, session: own })
    expect(await live(own, third)).toEqual([true, false])
  })

  it('end when one asks for it, and not by a token', async () => {
    const [own, other] = [(await enter()).sessionId, (await enter()).sessionId]
    const token = await actorOfToken(ctx, (await createToken(ctx, ann, { name: 'CI', role: 'owner' })).secret)
    for (const one of [
      endOtherSessions(ctx, token, { session: own }),
      changePassword(ctx, token, { current: password, password: 'another long password' }),
      twoFactor.beginTwoFactor(ctx, token, { password }),
    ])
      await expect(one).rejects.toEqual(refused('forbidden'))
    expect(await endOtherSessions(ctx, ann, { session: own })).toEqual({ ended: 1 })
    expect(await live(own, other)).toEqual([true, false])
  })
})
