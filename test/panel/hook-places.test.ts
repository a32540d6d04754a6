// Which of several servers a hook runs on: saved, refused, brought back, cloned, and as code.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { applyBlueprint, exportProject } from '@/lib/panel/blueprint.ts'
import type { Context } from '@/lib/panel/context.ts'
import { cloneEnvironment } from '@/lib/panel/environment-clone.ts'
import { listHookRevisions, revertHook } from '@/lib/panel/hooks-history.ts'
import { listHooks, saveHook } from '@/lib/panel/hooks.ts'
import { insertReadyEnvironment } from './deployments.ts'
import { openPanel, owner } from './panel.ts'

let ctx: Context
let close: () => Promise<void>
let environmentId: string
let web1: string
let web2: string
beforeAll(async () => {
  ;({ ctx, close } = await openPanel())
})
afterAll(() => close())
beforeEach(async () => {
  await ctx.db.pool.query('TRUNCATE "Project", "Server", "AuditEntry" CASCADE')
  environmentId = await insertReadyEnvironment(ctx)
  const { serverId } = await ctx.db.prisma.target.findFirstOrThrow({ where: { environmentId } })
  web1 = serverId
  web2 = await addServer('web-2', ['cron'])
  await ctx.db.prisma.target.create({ data: { environmentId, serverId: web2, root: '/srv/two', position: 1 } })
})

async function addServer(name: string, labels: string[]): Promise<string> {
  const { user, publicKey, privateKey } = await ctx.db.prisma.server.findUniqueOrThrow({ where: { id: web1 } })
  const row = { name, labels, host: `${name}.example`, user, publicKey, privateKey, hostKey: `ssh-ed25519 ${name}` }
  return (await ctx.db.prisma.server.create({ data: row })).id
}

type Place = NonNullable<Parameters<typeof saveHook>[2]['place']>
const save = (place?: Place) =>
  saveHook(ctx, owner, { environmentId, event: 'after.pull', text: 'make', ...(place ? { place } : {}) })
const refusedAt = (path: string) =>
  expect.objectContaining({
    code: 'invalid',
    details: expect.objectContaining({ problems: [expect.objectContaining({ path: expect.stringContaining(path) })] }),
  })

describe('where a hook runs', () => {
  it('is all of the servers, unless it is said otherwise', async () => {
    expect(await save()).toMatchObject({ place: { on: 'all' } })
    const place: Place = { on: 'servers', serverIds: [web2] }
    expect(await save(place)).toMatchObject({ number: 2, place })
    expect(await listHooks(ctx, owner, { environmentId })).toMatchObject([{ place }])
    const entry = await ctx.db.prisma.auditEntry.findFirstOrThrow({ orderBy: { id: 'desc' } })
    expect(entry.data).toMatchObject({ number: 2, place })
  })

  it('names servers of the environment', async () => {
    const elsewhere = await addServer('web-3', ['db'])
    await expect(save({ on: 'servers', serverIds: [web1, elsewhere] })).rejects.toEqual(refusedAt('place.serverIds'))
    await expect(save({ on: 'servers', serverIds: [] })).rejects.toEqual(refusedAt('place.serverIds'))
    await expect(save({ on: 'labels', labels: ['db'] })).rejects.toEqual(refusedAt('place.labels'))
    expect(await save({ on: 'labels', labels: ['db', 'cron'] })).toMatchObject({ number: 1 })
  })

  it('comes back with its revision, unless the environment no longer has the server', async () => {
    await save({ on: 'servers', serverIds: [web2] })
    await save({ on: 'once' })
    const key = { environmentId, event: 'after.pull' as const }
    expect(await revertHook(ctx, owner, { ...key, number: 1 })).toMatchObject({
      number: 3,
      place: { on: 'servers', serverIds: [web2] },
    })
    await save({ on: 'once' })
    await ctx.db.prisma.target.deleteMany({ where: { serverId: web2 } })
    await expect(revertHook(ctx, owner, { ...key, number: 1 })).rejects.toEqual(refusedAt('place.serverIds'))
    expect((await listHookRevisions(ctx, owner, key)).map(({ place }) => place.on)).toEqual([
      'once',
      'servers',
      'once',
      'servers',
    ])
  })

  it.each<[string, () => Place, () => Place]>([
    [
      'servers that are there, too',
      () => ({ on: 'servers', serverIds: [web1, web2] }),
      () => ({ on: 'servers', serverIds: [web2] }),
    ],
    ['servers that are not', () => ({ on: 'servers', serverIds: [web1] }), () => ({ on: 'once' })],
    ['labels that are there', () => ({ on: 'labels', labels: ['cron'] }), () => ({ on: 'labels', labels: ['cron'] })],
    ['all of them', () => ({ on: 'all' }), () => ({ on: 'all' })],
  ])('is in a clone with %s', async (_what, before, after) => {
    await save(before())
    const servers = [{ serverId: web2, root: '/srv/clone' }]
    const { id } = await cloneEnvironment(ctx, owner, { environmentId, name: 'Clone', servers })
    expect(await listHooks(ctx, owner, { environmentId: id })).toMatchObject([{ place: after() }])
  })
})

describe('as code', () => {
  const project = async () =>
    (await ctx.db.prisma.environment.findUniqueOrThrow({ where: { id: environmentId } })).projectId
  const exported = async () => (await exportProject(ctx, owner, { id: await project() })).text
  const placeIn = (text: string): unknown =>
    (parseYaml(text) as { environments: Record<string, { hooks: Record<string, { place: unknown }> }> }).environments
      .production!.hooks['after.pull']!.place

  it('servers stand by their names, and applied again nothing changes', async () => {
    await save({ on: 'servers', serverIds: [web2] })
    const text = await exported()
    expect(placeIn(text)).toEqual({ servers: ['web-2'] })
    expect((await applyBlueprint(ctx, owner, { text })).changes).toEqual([])
    const other = text.replace(/place:\n +servers:\n +- web-2/, 'place: {servers: [web-1]}')
    expect((await applyBlueprint(ctx, owner, { text: other })).changes).toEqual([
      {
        path: 'environments.production.hooks.after.pull.place',
        kind: 'changed',
        before: { servers: ['web-2'] },
        after: { servers: ['web-1'] },
      },
    ])
    expect(await listHooks(ctx, owner, { environmentId })).toMatchObject([{ place: { serverIds: [web1] } }])
    await expect(applyBlueprint(ctx, owner, { text: other.replace('[web-1]', '[web-9]') })).rejects.toEqual(
      refusedAt('environments.production.hooks.after.pull.place.servers.0'),
    )
  })

  it('labels, once and all stand as words; without a word a hook runs everywhere', async () => {
    await save({ on: 'labels', labels: ['cron'] })
    const text = await exported()
    expect(placeIn(text)).toEqual({ labels: ['cron'] })
    const once = text.replace(/place:\n +labels:\n +- cron/, 'place: once')
    await applyBlueprint(ctx, owner, { text: once })
    expect(placeIn(await exported())).toBe('once')
    await applyBlueprint(ctx, owner, { text: once.replace(/ +place: once\n/, '') })
    expect(placeIn(await exported())).toBe('all')
  })
})
