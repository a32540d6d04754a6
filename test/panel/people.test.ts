import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as people from '@/lib/panel/people.ts'
import { createOwner, createOwnerOnConsole, isSetUp, makeSetupToken } from '@/lib/panel/setup.ts'
import { networkOf } from '@/lib/format/network.ts'
import type { Context } from '@/lib/panel/context.ts'
import { countAttempt, forgetAttempts } from '@/lib/store/throttle.ts'
import { as, openPanel, refused } from './panel.ts'

let ctx: Context
let close: () => Promise<void>
beforeAll(async () => {
  ;({ ctx, close } = await openPanel())
})
afterAll(() => close())
beforeEach(async () => {
  await ctx.db.prisma.user.deleteMany()
  await ctx.db.prisma.setting.deleteMany()
  await ctx.db.prisma.throttle.deleteMany()
  await ctx.db.prisma.auditEntry.deleteMany()
})

const ann = { email: 'Ann@Example.com', name: 'Ann', password: 'correct horse battery' }
const setUp = async () => createOwner(ctx, { ...ann, token: await makeSetupToken(ctx) })
const from = (address: string, password = ann.password, email = ann.email) => ({
  email,
  password,
  address,
  userAgent: 'test',
})

describe('set-up', () => {
  it('makes the owner with the newest token only, and stores nothing that could be used again', async () => {
    const old = await makeSetupToken(ctx)
    const token = await makeSetupToken(ctx)
    expect(await isSetUp(ctx)).toBe(false)
    await expect(createOwner(ctx, { ...ann, token: old })).rejects.toEqual(refused('forbidden'))
    expect(await createOwner(ctx, { ...ann, token })).toMatchObject({ kind: 'user', name: 'Ann', role: 'owner' })
    const user = await ctx.db.prisma.user.findFirstOrThrow()
    expect(user).toMatchObject({
      email: 'ann@example.com',
      passwordHash: expect.stringMatching(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/),
    })
    expect(JSON.stringify(await ctx.db.prisma.setting.findMany())).not.toContain(token)
    expect(await ctx.db.prisma.auditEntry.findMany()).toMatchObject([
      { actor: 'system:set-up', action: 'owner.create' },
    ])
  })

  it('lets one of many at once through', async () => {
    const token = await makeSetupToken(ctx)
    const tries = [1, 2, 3, 4].map((n) => createOwner(ctx, { ...ann, email: `ann${n}@example.com`, token }))
    const made = (await Promise.allSettled(tries)).filter((one) => one.status === 'fulfilled')
    expect(made).toHaveLength(1)
    expect(await ctx.db.prisma.user.count()).toBe(1)
  })

  it('is never possible again, even when nobody is left', async () => {
    const token = await makeSetupToken(ctx)
    await createOwner(ctx, { ...ann, token })
    await ctx.db.prisma.user.deleteMany()
    expect(await isSetUp(ctx)).toBe(true)
    await expect(makeSetupToken(ctx)).rejects.toEqual(refused('conflict'))
    await expect(createOwner(ctx, { ...ann, token })).rejects.toEqual(refused('conflict'))
    await expect(createOwnerOnConsole(ctx, ann)).rejects.toEqual(refused('conflict'))
  })

  it('says which fields are wrong, without repeating them', async () => {
    const wrong = createOwner(ctx, { token: 'x', email: 'nobody', name: ' ', password: 'hunter2' })
    await expect(wrong).rejects.toMatchObject({
      code: 'invalid',
      details: { problems: [{ path: 'email' }, { path: 'name' }, { path: 'password' }] },
    })
    await expect(wrong).rejects.not.toThrow('hunter2')
  })
})

describe('signing in', () => {
  it('opens a session that ends on the server at once', async () => {
    const owner = await setUp()
    const { actor, sessionId } = await people.signIn(ctx, from('192.0.2.1'))
    expect(actor).toEqual(owner)
    expect(await people.readSession(ctx, sessionId)).toEqual(owner)
    expect(await people.listSessions(ctx, actor, { current: sessionId })).toMatchObject([
      { id: sessionId, address: '192.0.2.1', isCurrent: true },
    ])
    await people.endSession(ctx, actor, { id: sessionId })
    expect(await people.readSession(ctx, sessionId)).toBeNull()
    await expect(people.endSession(ctx, actor, { id: sessionId })).rejects.toEqual(refused('not_found'))
  })

  it('ends by time, and reads nonsense as no session', async () => {
    await setUp()
    const { sessionId } = await people.signIn(ctx, from('192.0.2.1'))
    await ctx.db.prisma.session.updateMany({ data: { expiresAt: new Date(0) } })
    expect(await people.readSession(ctx, sessionId)).toBeNull()
    expect(await people.readSession(ctx, "' OR 1=1 --")).toBeNull()
  })

  it('says the same of a wrong password and of an unknown user', async () => {
    await setUp()
    const messages = await Promise.all(
      [
        from('192.0.2.1', 'wrong password 1'),
        from('192.0.2.1', ann.password, 'bob@example.com'),
        from('192.0.2.1', 'x', '\0'),
      ].map((input) =>
        people.signIn(ctx, input).then(
          () => 'let in',
          (error: Error) => error.message,
        ),
      ),
    )
    expect(new Set(messages)).toEqual(new Set(['The e-mail address or the password is wrong.']))
  })

  it('stops guessing from one address, counts tries that run at once, and lets others in', async () => {
    await setUp()
    const guesses = await Promise.allSettled(
      Array.from({ length: 12 }, (_, n) => people.signIn(ctx, from('192.0.2.9', `guess number ${n}`))),
    )
    const codes = guesses.map((one) => (one.status === 'rejected' ? (one.reason as { code: string }).code : 'let in'))
    expect(codes.filter((code) => code === 'unauthenticated')).toHaveLength(8)
    expect(codes.filter((code) => code === 'too_many')).toHaveLength(4)
    const right = people.signIn(ctx, from('192.0.2.9'))
    await expect(right).rejects.toEqual(refused('too_many', { details: { retryAfterSeconds: expect.any(Number) } }))
    expect(await people.signIn(ctx, from('192.0.2.1'))).toMatchObject({ actor: { name: 'Ann' } })
  })

  it('counts the addresses of one IPv6 network as one, however they are written', async () => {
    await setUp()
    const tries = ['2001:db8:0:1::1', '2001:DB8::1:0:0:0:2', '2001:db8:0:1:ffff:ffff:ffff:ffff', '2001:db8:0:1:a::']
    for (const address of [...tries, ...tries])
      await expect(people.signIn(ctx, from(address, 'wrong password'))).rejects.toEqual(refused('unauthenticated'))
    await expect(people.signIn(ctx, from('2001:db8:0:1::abcd', 'wrong password'))).rejects.toEqual(refused('too_many'))
    expect(await people.signIn(ctx, from('2001:db8:0:2::1'))).toMatchObject({ actor: { name: ann.name } })
    expect(['::ffff:192.0.2.1', '192.0.2.1', 'unknown', '::1', 'fe80::1%eth0', 'a:b'].map(networkOf)).toEqual([
      '192.0.2.1',
      '192.0.2.1',
      'unknown',
      '0:0:0:0::/64',
      'fe80:0:0:0::/64',
      'a:b',
    ])
  })

  it('does not let one address lock everybody else out of an account', async () => {
    await setUp()
    for (let n = 0; n < 201; n++) await people.signIn(ctx, from('192.0.2.9', 'x')).catch(() => {})
    expect(await people.signIn(ctx, from('192.0.2.1'))).toMatchObject({ actor: { name: 'Ann' } })
  })
})

describe('a throttle', () => {
  it('counts within its window, in rows, and begins anew after it', async () => {
    const allowed = async () => (await countAttempt(ctx.db, 'k', 2, 60)).allowed
    expect([await allowed(), await allowed(), await allowed()]).toEqual([true, true, false])
    await ctx.db.pool.query(`UPDATE "Throttle" SET "startedAt" = now() - interval '61 seconds'`)
    expect(await allowed()).toBe(true)
    await forgetAttempts(ctx.db, 'k')
    expect(await ctx.db.prisma.throttle.count()).toBe(0)
  })
})

describe('a token', () => {
  it('acts with the lesser role, is stored as a hash, and ends when it is revoked', async () => {
    const actor = await setUp()
    const { token, secret } = await people.createToken(ctx, actor, { name: 'CI', role: 'developer' })
    expect(secret).toMatch(/^fl_[\w-]{43}$/)
    const stored =
      JSON.stringify(await ctx.db.prisma.token.findMany()) +
      JSON.stringify(await ctx.db.prisma.auditEntry.findMany({ select: { data: true } }))
    expect(stored).not.toContain(secret)
    expect(await people.actorOfToken(ctx, secret)).toEqual({
      kind: 'token',
      id: token.id,
      name: 'CI',
      role: 'developer',
      projects: {},
    })
    await ctx.db.prisma.user.updateMany({ data: { role: 'viewer' } })
    expect(await people.actorOfToken(ctx, secret)).toMatchObject({ role: 'viewer' })
    expect(await people.listTokens(ctx, actor)).toMatchObject([
      { id: token.id, prefix: secret.slice(0, 8), usedAt: expect.any(String) },
    ])
    await people.revokeToken(ctx, actor, { id: token.id })
    await expect(people.actorOfToken(ctx, secret)).rejects.toEqual(refused('unauthenticated'))
  })

  it('that has expired, is made up or malformed is refused', async () => {
    const actor = await setUp()
    const { secret } = await people.createToken(ctx, actor, { name: 'old', expiresAt: '2020-01-01T00:00:00Z' })
    for (const bearer of [secret, `fl_${'A'.repeat(43)}`, '', 'fl_', `${secret}\n`])
      await expect(people.actorOfToken(ctx, bearer)).rejects.toEqual(refused('unauthenticated'))
  })

  it('never has more rights than its maker, and can make no other', async () => {
    await expect(people.createToken(ctx, as('developer'), { name: 'x', role: 'admin' })).rejects.toEqual(
      refused('forbidden'),
    )
    const asToken = { kind: 'token', id: 'x', name: 'x', role: 'owner', projects: {} } as const
    await expect(people.createToken(ctx, asToken, { name: 'x', role: 'viewer' })).rejects.toEqual(refused('forbidden'))
    await expect(people.createTokenOnConsole(ctx, { name: 'x' })).rejects.toEqual(refused('not_found'))
    await setUp()
    const { secret } = await people.createTokenOnConsole(ctx, { name: 'x', role: 'owner' })
    expect(await people.actorOfToken(ctx, secret)).toMatchObject({ role: 'owner' })
  })

  it('of somebody else cannot be seen or revoked', async () => {
    const { token } = await people.createToken(ctx, await setUp(), { name: 'CI' })
    expect(await people.listTokens(ctx, as('owner'))).toEqual([])
    await expect(people.revokeToken(ctx, as('owner'), { id: token.id })).rejects.toEqual(refused('not_found'))
  })
})
