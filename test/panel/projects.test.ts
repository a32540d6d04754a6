import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '@/lib/panel/context.ts'
import * as projects from '@/lib/panel/projects.ts'
import { startAnswering, type Answering } from './answering.ts'
import { as, openPanel, owner, refused } from './panel.ts'

let ctx: Context
let close: () => Promise<void>
let worker: Answering | null = null
beforeAll(async () => {
  ;({ ctx, close } = await openPanel())
})
afterAll(() => close())
beforeEach(async () => {
  await ctx.db.prisma.project.deleteMany()
  await ctx.db.prisma.auditEntry.deleteMany()
})
afterEach(async () => {
  await worker?.stop()
  worker = null
})

const shop = { name: 'Shop', repositoryUrl: 'https://git.example/a/shop.git' }
const withToken = { ...shop, access: 'token', user: 'ci', token: 'tok-3n-very-secret' } as const

async function credential(id: string): Promise<unknown> {
  const row = await ctx.db.prisma.project.findUniqueOrThrow({ where: { id } })
  return row.credential && JSON.parse(Buffer.from(ctx.secrets.decrypt(row.credential)).toString())
}

describe('a project', () => {
  it('has an address of its own, also when names are the same', async () => {
    const made = await Promise.all([1, 2, 3].map(() => projects.createProject(ctx, owner, shop)))
    expect(made.map(({ slug }) => slug).sort()).toEqual(['shop', 'shop-2', 'shop-3'])
    expect(await projects.getProject(ctx, owner, { id: made[0]!.id })).toEqual(made[0])
    expect(await ctx.db.prisma.auditEntry.count({ where: { action: 'project.create' } })).toBe(3)
  })

  it('never gives its token or private key away', async () => {
    const token = await projects.createProject(ctx, owner, withToken)
    const key = await projects.createProject(ctx, owner, {
      name: 'Key',
      repositoryUrl: 'git@git.example:a/b.git',
      access: 'key',
    })
    expect(await credential(token.id)).toEqual({ kind: 'token', user: 'ci', token: withToken.token })
    expect(await credential(key.id)).toMatchObject({
      kind: 'key',
      privateKey: expect.stringContaining('OPENSSH PRIVATE KEY'),
    })
    expect(key.publicKey).toMatch(/^ssh-ed25519 \S+ fairlead-key$/)
    const seen = JSON.stringify([
      token,
      key,
      await projects.listProjects(ctx, owner),
      await ctx.db.prisma.auditEntry.findMany({ select: { data: true } }),
    ])
    expect(seen).not.toContain(withToken.token)
    expect(seen).not.toContain('PRIVATE')
  })

  it.each([
    ['a path that is not open', { repositoryUrl: '/etc/git/a.git' }, 'repositoryUrl'],
    ['a path beside an open one', { repositoryUrl: '/srv/gitlab/a.git' }, 'repositoryUrl'],
    ['a command for git', { repositoryUrl: 'ext::sh -c id' }, 'repositoryUrl'],
    ['an option for git', { repositoryUrl: '--upload-pack=id' }, 'repositoryUrl'],
    ['a password in the address', { repositoryUrl: 'https://u:p@git.example/a' }, 'repositoryUrl'],
    ['a token for ssh', { repositoryUrl: 'git@git.example:a/b', access: 'token', token: 'x' }, 'access'],
    ['a key for https', { access: 'key' }, 'access'],
    ['no token', { access: 'token' }, 'token'],
    ['a token of two lines', { access: 'token', token: 'a\nb' }, 'token'],
    ['a name that hides', { name: 'a\u202eb' }, 'name'],
  ] as const)('is refused with %s', async (_, wrong, path) => {
    await expect(projects.createProject(ctx, owner, { ...shop, ...wrong })).rejects.toMatchObject({
      code: 'invalid',
      details: { problems: [{ path }] },
    })
    expect(await ctx.db.prisma.project.count()).toBe(0)
  })

  it('takes a path in an open folder', async () => {
    expect(await projects.createProject(ctx, owner, { ...shop, repositoryUrl: '/srv/git/a.git' })).toMatchObject({
      access: 'none',
    })
  })

  it('keeps its token while the name changes, and asks for it again for another host', async () => {
    const { id } = await projects.createProject(ctx, owner, withToken)
    expect(await projects.updateProject(ctx, owner, { id, name: 'Store' })).toMatchObject({
      name: 'Store',
      slug: 'shop',
      access: 'token',
    })
    expect(await credential(id)).toMatchObject({ token: withToken.token })
    const elsewhere = { id, repositoryUrl: 'https://elsewhere.example/a.git' }
    await expect(projects.updateProject(ctx, owner, elsewhere)).rejects.toEqual(refused('invalid'))
    await expect(projects.updateProject(ctx, owner, { id, user: 'other' })).rejects.toEqual(refused('invalid'))
    await projects.updateProject(ctx, owner, { ...elsewhere, token: 'new' })
    expect(await credential(id)).toEqual({ kind: 'token', user: 'x-access-token', token: 'new' })
    expect(await projects.updateProject(ctx, owner, { id, access: 'none' })).toMatchObject({ access: 'none' })
    expect(await credential(id)).toBeNull()
  })

  it.each(['viewer', 'developer'] as const)('cannot be made, changed or removed by a %s', async (role) => {
    await expect(projects.createProject(ctx, as(role), shop)).rejects.toEqual(refused('forbidden'))
    const { id } = await projects.createProject(ctx, owner, shop)
    await expect(projects.updateProject(ctx, as(role), { id, name: 'x' })).rejects.toEqual(refused('forbidden'))
    await expect(projects.removeProject(ctx, as(role), { id })).rejects.toEqual(refused('forbidden'))
    expect(await projects.listProjects(ctx, as(role))).toMatchObject([{ id, name: 'Shop' }])
  })

  it('with environments stays; without, it goes', async () => {
    const { id } = await projects.createProject(ctx, owner, shop)
    await ctx.db.prisma.environment.create({
      data: { projectId: id, name: 'p', slug: 'p', branch: 'main', permissions: {} },
    })
    await expect(projects.removeProject(ctx, owner, { id })).rejects.toEqual(refused('conflict'))
    await ctx.db.prisma.environment.deleteMany()
    await projects.removeProject(ctx, owner, { id })
    await expect(projects.getProject(ctx, owner, { id })).rejects.toEqual(refused('not_found'))
  })

  it('reads its branches from a worker', async () => {
    const { id } = await projects.createProject(ctx, owner, shop)
    await expect(projects.readBranches(ctx, owner, { id })).rejects.toEqual(refused('no_worker'))
    const refs = [{ name: 'main', kind: 'branch', sha: 'a'.repeat(40) }]
    worker = await startAnswering(ctx, () => refs)
    expect(await projects.readBranches(ctx, as('viewer'), { id })).toEqual(refs)
    expect(worker.asked).toMatchObject([{ kind: 'refs', input: { projectId: id } }])
  })
})
