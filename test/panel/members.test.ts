import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Actor, PanelRole, Role } from '@/lib/access.ts'
import {
  acceptInvitation,
  createInvitation,
  listInvitations,
  readInvitation,
  revokeInvitation,
} from '@/lib/panel/invitations.ts'
import { changeMemberRole, changeProjectRole, listMembers, removeMember } from '@/lib/panel/members.ts'
import { actorOfToken, createToken, readSession, signIn } from '@/lib/panel/people.ts'
import type { Context } from '@/lib/panel/context.ts'
import { findPerson, insertUser } from '@/lib/store/people.ts'
import { actorOfUser } from '@/lib/panel/people-actor.ts'
import { hashPassword } from '@/lib/panel/password.ts'
import { openPanel, refused } from './panel.ts'

const password = 'correct horse battery'
let ctx: Context
let close: () => Promise<void>
let passwordHash: string
beforeAll(async () => {
  ;({ ctx, close } = await openPanel())
  passwordHash = await hashPassword(password)
})
afterAll(() => close())
beforeEach(async () => {
  await ctx.db.prisma.user.deleteMany()
  await ctx.db.prisma.invitation.deleteMany()
  await ctx.db.prisma.project.deleteMany()
  await ctx.db.prisma.auditEntry.deleteMany()
})

let count = 0
async function project(): Promise<string> {
  const fields = { name: 'Shop', slug: `shop-${++count}`, repositoryUrl: 'https://git.example/shop', access: 'none' }
  return (await ctx.db.prisma.project.create({ data: fields })).id
}

async function person(role: PanelRole, projects: Record<string, Role> = {}): Promise<Actor> {
  const email = `${role}-${++count}@example.org`
  const { id } = await insertUser(ctx.db.prisma, { email, name: `${role} ${count}`, passwordHash, role })
  for (const [projectId, given] of Object.entries(projects))
    await ctx.db.prisma.membership.create({ data: { userId: id, projectId, role: given } })
  return again({ id })
}
const again = async ({ id }: { id: string }) => actorOfUser((await findPerson(ctx.db.prisma, id))!)
const emailOf = async ({ id }: Actor) => (await ctx.db.prisma.user.findUniqueOrThrow({ where: { id } })).email
const ada = { name: 'Ada', password: 'a long enough password' }

describe('an invitation', () => {
  it('makes a member with just the roles it names, once', async () => {
    const [shop, other] = [await project(), await project()]
    const made = await createInvitation(ctx, await person('owner'), {
      email: 'Ada@Example.org',
      role: 'member',
      projects: [{ projectId: shop, role: 'developer' }],
    })
    expect(await readInvitation(ctx, { secret: made.secret })).toMatchObject({
      email: 'ada@example.org',
      projects: [{ project: 'Shop', role: 'developer' }],
    })
    const joined = await acceptInvitation(ctx, { secret: made.secret, ...ada })
    expect(joined).toMatchObject({ kind: 'user', name: 'Ada', role: 'member', projects: { [shop]: 'developer' } })
    expect(Object.keys(joined.projects)).not.toContain(other)
    for (const again of [readInvitation(ctx, made), acceptInvitation(ctx, { ...made, ...ada })])
      await expect(again).rejects.toEqual(refused('not_found'))
    expect(JSON.stringify(await ctx.db.prisma.invitation.findMany())).not.toContain(made.secret)
    expect(JSON.stringify((await ctx.db.prisma.auditEntry.findMany()).map(({ data }) => data))).not.toContain(
      made.secret,
    )
  })

  it('is used by one of many at once', async () => {
    const { secret } = await createInvitation(ctx, await person('owner'), { email: 'ada@example.org', role: 'viewer' })
    const tries = await Promise.allSettled([1, 2, 3].map(() => acceptInvitation(ctx, { secret, ...ada })))
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('ends when it is revoked, too old, or replaced by a newer one', async () => {
    const owner = await person('owner')
    const wanted = { email: 'ada@example.org', role: 'viewer' } as const
    const replaced = await createInvitation(ctx, owner, wanted)
    const revoked = await createInvitation(ctx, owner, wanted)
    expect(await listInvitations(ctx, owner)).toMatchObject([{ id: revoked.invitation.id }])
    await revokeInvitation(ctx, owner, { id: revoked.invitation.id })
    const old = await createInvitation(ctx, owner, { ...wanted, email: 'bob@example.org' })
    await ctx.db.prisma.invitation.update({ where: { id: old.invitation.id }, data: { expiresAt: new Date() } })
    for (const { secret } of [replaced, revoked, old])
      await expect(acceptInvitation(ctx, { secret, ...ada })).rejects.toEqual(refused('not_found'))
    await expect(revokeInvitation(ctx, owner, { id: old.invitation.id })).rejects.toEqual(refused('not_found'))
  })

  it('is not ended by one of somebody who could not revoke it', async () => {
    const [shop, other] = [await project(), await project()]
    const email = 'ada@example.org'
    const inviting = (actor: Actor, projectId: string) =>
      createInvitation(ctx, actor, { email, role: 'member', projects: [{ projectId, role: 'viewer' }] })
    const owners = await createInvitation(ctx, await person('owner'), { email, role: 'admin' })
    const small = await person('member', { [shop]: 'admin' })
    const theirs = await inviting(await person('member', { [other]: 'admin' }), other)
    const first = await inviting(small, shop)
    const second = await inviting(small, shop)
    await expect(readInvitation(ctx, first)).rejects.toEqual(refused('not_found'))
    for (const { secret } of [owners, theirs, second])
      expect(await readInvitation(ctx, { secret })).toMatchObject({ email })
    expect(await acceptInvitation(ctx, { secret: owners.secret, ...ada })).toMatchObject({
      role: 'admin',
      projects: {},
    })
    await expect(acceptInvitation(ctx, { secret: second.secret, ...ada })).rejects.toEqual(refused('conflict'))
  })

  it('of whoever lost the right to make it is worth nothing any more', async () => {
    const [admin, owner] = [await person('admin'), await person('owner')]
    const first = await createInvitation(ctx, admin, { email: 'ada@example.org', role: 'admin' })
    const second = await createInvitation(ctx, admin, { email: 'bob@example.org', role: 'viewer' })
    await changeMemberRole(ctx, owner, { id: admin.id, role: 'developer' })
    await expect(acceptInvitation(ctx, { ...first, ...ada })).rejects.toEqual(refused('not_found'))
    await removeMember(ctx, owner, { id: admin.id })
    await expect(acceptInvitation(ctx, { ...second, ...ada })).rejects.toEqual(refused('not_found'))
  })

  it('is not made for members, nor by tokens', async () => {
    const owner = await person('owner')
    const invited = { email: await emailOf(owner), role: 'viewer' } as const
    await expect(createInvitation(ctx, owner, invited)).rejects.toEqual(refused('invalid'))
    const { secret } = await createToken(ctx, owner, { name: 'CI', role: 'owner' })
    const token = await actorOfToken(ctx, secret)
    await expect(createInvitation(ctx, token, { ...invited, email: 'x@example.org' })).rejects.toEqual(
      refused('forbidden'),
    )
  })
})

describe('attack 25: more than one has', () => {
  it('is not given by an invitation', async () => {
    const [shop, other] = [await project(), await project()]
    const [admin, developer] = [await person('admin'), await person('developer')]
    const keeper = await person('member', { [shop]: 'admin', [other]: 'developer' })
    const email = 'ada@example.org'
    const above = [
      () => createInvitation(ctx, admin, { email, role: 'owner' }),
      () => createInvitation(ctx, developer, { email, role: 'viewer' }),
      () => createInvitation(ctx, keeper, { email, role: 'viewer' }),
      () => createInvitation(ctx, keeper, { email, role: 'member', projects: [{ projectId: other, role: 'viewer' }] }),
    ]
    for (const one of above) await expect(one()).rejects.toEqual(refused('forbidden'))
    const unseen = { email, role: 'member' as const, projects: [{ projectId: shop, role: 'viewer' as const }] }
    await expect(createInvitation(ctx, await person('member'), unseen)).rejects.toEqual(refused('not_found'))
    const own = { email, role: 'member' as const, projects: [{ projectId: shop, role: 'admin' as const }] }
    expect(await createInvitation(ctx, keeper, own)).toMatchObject({ invitation: { projects: [{ project: 'Shop' }] } })
    expect(await ctx.db.prisma.invitation.count()).toBe(1)
  })

  it('is not given by changing roles, and who is above is left alone', async () => {
    const shop = await project()
    const [owner, admin, viewer] = [await person('owner'), await person('admin'), await person('viewer')]
    const keeper = await person('member', { [shop]: 'admin' })
    const worker = await person('member', { [shop]: 'viewer' })
    const above = [
      () => changeMemberRole(ctx, admin, { id: admin.id, role: 'owner' }),
      () => changeMemberRole(ctx, admin, { id: owner.id, role: 'viewer' }),
      () => removeMember(ctx, admin, { id: owner.id }),
      () => changeMemberRole(ctx, keeper, { id: keeper.id, role: 'admin' }),
      () => changeMemberRole(ctx, viewer, { id: viewer.id, role: 'developer' }),
      () => removeMember(ctx, keeper, { id: worker.id }),
    ]
    for (const one of above) await expect(one()).rejects.toEqual(refused('forbidden'))
    await changeProjectRole(ctx, keeper, { id: worker.id, projectId: shop, role: 'developer' })
    expect((await again(worker)).projects).toEqual({ [shop]: 'developer' })
    expect(await ctx.db.prisma.auditEntry.findFirst({ where: { action: 'member.project-role' } })).toMatchObject({
      projectId: shop,
      data: { before: 'viewer', after: 'developer' },
    })
    // Whoever keeps one project neither sees nor pulls in the others of the panel.
    await expect(changeProjectRole(ctx, keeper, { id: viewer.id, projectId: shop, role: 'viewer' })).rejects.toEqual(
      refused('not_found'),
    )
    expect((await listMembers(ctx, keeper)).map(({ id }) => id).sort()).toEqual([keeper.id, worker.id].sort())
    await expect(listMembers(ctx, worker)).rejects.toEqual(refused('forbidden'))
  })

  it('leaves the panel with an owner, also when two demote each other at once', async () => {
    const first = await person('owner')
    await expect(removeMember(ctx, first, { id: first.id })).rejects.toEqual(refused('conflict'))
    await expect(changeMemberRole(ctx, first, { id: first.id, role: 'admin' })).rejects.toEqual(refused('conflict'))
    const second = await person('owner')
    const both = await Promise.allSettled([
      changeMemberRole(ctx, first, { id: second.id, role: 'viewer' }),
      removeMember(ctx, second, { id: first.id }),
    ])
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await ctx.db.prisma.user.count({ where: { role: 'owner' } })).toBe(1)
  })
})

describe('attack 26: a removed member', () => {
  it('has no session and no token any more, and the audit keeps the name', async () => {
    const [owner, gone] = [await person('owner'), await person('developer')]
    const { sessionId } = await signIn(ctx, {
      email: await emailOf(gone),
      password,
      address: '192.0.2.1',
      userAgent: 'x',
    })
    const { secret } = await createToken(ctx, gone, { name: 'CI' })
    await removeMember(ctx, owner, { id: gone.id })
    expect(await readSession(ctx, sessionId)).toBeNull()
    await expect(actorOfToken(ctx, secret)).rejects.toEqual(refused('unauthenticated'))
    expect(await ctx.db.prisma.auditEntry.findFirst({ where: { action: 'member.remove' } })).toMatchObject({
      actorName: owner.name,
      data: { name: gone.name },
    })
  })
})

describe('a token of one project', () => {
  it('sees that project alone, with the lesser role', async () => {
    const [shop, other] = [await project(), await project()]
    const maker = await person('admin')
    const { token, secret } = await createToken(ctx, maker, { name: 'CI', role: 'developer', projectId: shop })
    expect(token.project).toEqual({ id: shop, name: 'Shop' })
    expect(await actorOfToken(ctx, secret)).toMatchObject({ role: 'member', projects: { [shop]: 'developer' } })
    await changeMemberRole(ctx, await person('owner'), { id: maker.id, role: 'member' })
    expect(await actorOfToken(ctx, secret)).toMatchObject({ role: 'member', projects: {} })
    const keeper = await person('member', { [shop]: 'developer' })
    for (const [input, code] of [
      [{ name: 'x', role: 'admin', projectId: shop }, 'forbidden'],
      [{ name: 'x', role: 'admin' }, 'forbidden'],
      [{ name: 'x', role: 'viewer', projectId: other }, 'not_found'],
    ] as const)
      await expect(createToken(ctx, keeper, input)).rejects.toEqual(refused(code))
  })
})
