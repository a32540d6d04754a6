import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '@/lib/panel/context.ts'
import { applyConfigFiles, revertConfigFile } from '@/lib/panel/files-apply.ts'
import { listConfigFileRevisions, listConfigFiles, removeConfigFile, saveConfigFile } from '@/lib/panel/files.ts'
import { insertReadyEnvironment } from './deployments.ts'
import { as, openPanel, owner } from './panel.ts'

let ctx: Context
let close: () => Promise<void>
let environmentId: string
beforeAll(async () => {
  ;({ ctx, close } = await openPanel())
})
afterAll(() => close())
beforeEach(async () => {
  environmentId = await insertReadyEnvironment(ctx)
})

type Save = Parameters<typeof saveConfigFile>[2]
const save = (more: Partial<Save> = {}, environment = environmentId) =>
  saveConfigFile(ctx, owner, { environmentId: environment, path: 'app.conf', content: 'A', ...more })
const invalid = (message: string) => ({ code: 'invalid', message: expect.stringContaining(message) as string })

describe('targets of files', () => {
  it('are places of their own: one path may be in the release and beside it', async () => {
    await save()
    await save({ target: 'shared' })
    await save({ target: 'server', path: '/etc/app.conf', owner: 'root' })
    const files = await listConfigFiles(ctx, as('viewer'), { environmentId })
    expect(files.map(({ target, path }) => `${target} ${path}`)).toEqual([
      'release app.conf',
      'server /etc/app.conf',
      'shared app.conf',
    ])
  })

  it.each([
    ['release', '/etc/x', 'without a slash in front'],
    ['shared', '/etc/x', 'without a slash in front'],
    ['shared', 'release/x', 'can’t be shared'],
    ['shared', '.fairlead/epoch', 'can’t be shared'],
    ['shared', 'current', 'can’t be shared'],
    ['shared', 'storage/../x', 'without “..”'],
    ['server', 'etc/x', 'begins with a slash'],
    ['server', '/etc/../x', 'without “..”'],
    ['server', '/etc//x', 'without “..”'],
    ['server', '/etc/a b', 'use letters'],
    ['server', '/etc/$(id)', 'use letters'],
    ['release', '.env', 'made of the variables'],
  ] as const)('demand of a path what they must: %s %s', async (target, path, message) => {
    await expect(save({ target, path })).rejects.toMatchObject(invalid(message))
  })

  it('keep files apart: none in another, none below the environment’s own root, none of another environment there', async () => {
    await save({ target: 'server', path: '/etc/sites/shop' })
    await expect(save({ target: 'server', path: '/etc/sites' })).rejects.toMatchObject(invalid('is a file already'))
    const [target] = await ctx.db.prisma.target.findMany({ where: { environmentId } })
    const below = { target: 'server', path: `${target!.root}/release/x` } as const
    await expect(save(below)).rejects.toMatchObject(invalid('where the environment lies'))

    const other = await insertReadyEnvironment(ctx)
    await ctx.db.prisma.target.updateMany({
      where: { environmentId: other },
      data: { serverId: target!.serverId, root: `/srv/${randomUUID()}` },
    })
    const taken = { target: 'server', path: '/etc/sites/shop' } as const
    await expect(save(taken, other)).rejects.toMatchObject(invalid('Another environment writes this file'))
    const [{ id } = { id: '' }] = await listConfigFiles(ctx, owner, { environmentId })
    await removeConfigFile(ctx, owner, { environmentId, id })
    expect(await save(taken, other)).toMatchObject({ path: '/etc/sites/shop', number: 1 })
    const back = revertConfigFile(ctx, owner, { environmentId, id, number: 1 })
    await expect(back).rejects.toMatchObject(invalid('Another environment writes this file'))
  })
})

describe('earlier revisions', () => {
  it('come back as new ones, with all that they were, also after a removal', async () => {
    const { id } = await save({ content: 'first', mode: '0600', owner: 'root' })
    await save({ content: 'second', isSecret: false })
    const back = await revertConfigFile(ctx, owner, { environmentId, id, number: 1, basedOn: 2 })
    expect(back).toMatchObject({ number: 3, mode: '0600', owner: 'root', isSecret: true, size: 5 })
    const row = await ctx.db.prisma.configFileRevision.findFirstOrThrow({ where: { fileId: id, number: 3 } })
    expect(Buffer.from(ctx.secrets.decrypt(row.content!)).toString()).toBe('first')
    const stale = revertConfigFile(ctx, owner, { environmentId, id, number: 2, basedOn: 2 })
    await expect(stale).rejects.toMatchObject({ code: 'conflict', details: { newest: 3 } })
    await expect(revertConfigFile(ctx, owner, { environmentId, id, number: 3 })).rejects.toMatchObject({
      code: 'conflict',
    })
    await removeConfigFile(ctx, owner, { environmentId, id })
    await expect(revertConfigFile(ctx, owner, { environmentId, id, number: 4 })).rejects.toMatchObject({
      code: 'not_found',
    })
    expect(await revertConfigFile(ctx, owner, { environmentId, id, number: 2, basedOn: null })).toMatchObject({
      number: 5,
      isSecret: false,
    })
    const history = await listConfigFileRevisions(ctx, as('viewer'), { environmentId, id })
    expect(history.map(({ number, isRemoval, createdBy }) => [number, isRemoval, createdBy])).toEqual(
      [5, 4, 3, 2, 1].map((number) => [number, number === 4, owner.name]),
    )
    const audit = await ctx.db.prisma.auditEntry.findMany({
      where: { subject: `environment:${environmentId}`, action: 'file.revert' },
    })
    expect(audit.map(({ data }) => data)).toEqual([
      { target: 'release', path: 'app.conf', number: 3, from: 1 },
      { target: 'release', path: 'app.conf', number: 5, from: 2 },
    ])
  })
})

describe('applying files', () => {
  const apply = (more = {}) => applyConfigFiles(ctx, owner, { environmentId, ...more })
  async function live(revisions: string[]): Promise<void> {
    const release = await ctx.db.prisma.release.create({
      data: {
        environmentId,
        number: 900,
        name: `deployment_900.${randomUUID().slice(0, 7)}`,
        revision: 'a'.repeat(40),
        ref: 'main',
        subject: '',
        author: '',
        state: 'complete',
        files: { create: revisions.map((revisionId) => ({ revisionId })) },
      },
    })
    await ctx.db.prisma.environment.update({ where: { id: environmentId }, data: { liveReleaseId: release.id } })
  }
  const newest = async () =>
    (await ctx.db.prisma.configFileRevision.findMany({ where: { file: { environmentId } } })).map(({ id }) => id)

  it('is queued for the live release, and refused where there is nothing to do', async () => {
    await expect(apply()).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('No file') as string,
    })
    const { id } = await save({ target: 'shared' })
    await expect(apply()).rejects.toMatchObject({ message: expect.stringContaining('Nothing is live') as string })
    await live(await newest())
    await expect(apply()).rejects.toMatchObject({ message: expect.stringContaining('already') as string })
    await save({ target: 'shared', content: 'B' })
    await expect(apply({ number: 1 })).rejects.toMatchObject({ code: 'conflict', details: { newest: 2 } })
    expect(await apply({ number: 2 })).toMatchObject({ kind: 'configure', source: { type: 'files', number: 2 } })
    await removeConfigFile(ctx, owner, { environmentId, id })
    expect(await apply()).toMatchObject({ source: { number: 3 } })
  })
})
