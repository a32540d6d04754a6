import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '@/lib/panel/context.ts'
import { cloneEnvironment } from '@/lib/panel/environment-clone.ts'
import {
  listConfigFileRevisions,
  listConfigFiles,
  readConfigFile,
  removeConfigFile,
  saveConfigFile,
} from '@/lib/panel/files.ts'
import { insertReadyEnvironment } from './deployments.ts'
import { as, openPanel, owner, refused } from './panel.ts'

let ctx: Context
let close: () => Promise<void>
let environmentId: string
beforeAll(async () => {
  ;({ ctx, close } = await openPanel())
})
afterAll(() => close())
beforeEach(async () => {
  await ctx.db.prisma.auditEntry.deleteMany()
  environmentId = await insertReadyEnvironment(ctx)
})

const path = 'config/credentials.json'
type Save = Parameters<typeof saveConfigFile>[2]
const save = (content: string | undefined, more: Partial<Save> = {}) =>
  saveConfigFile(ctx, owner, { environmentId, path, content, ...more })
const list = () => listConfigFiles(ctx, as('viewer'), { environmentId })
const bytesOf = async (number: number): Promise<Buffer> => {
  const row = await ctx.db.prisma.configFileRevision.findFirstOrThrow({ where: { number, file: { environmentId } } })
  return Buffer.from(ctx.secrets.decrypt(row.content!))
}

describe('configuration files', () => {
  it('are kept byte for byte, encrypted, every saving a revision of its own', async () => {
    const text = '\ufeff{"key": "correct-horse"}\r\n'
    const saved = await save(text, { basedOn: null })
    expect(saved).toMatchObject({
      path,
      number: 1,
      size: 29,
      isText: true,
      isSecret: true,
      mode: '0640',
      isLive: false,
    })
    const binary = Buffer.from([0, 255, 1, 254])
    expect(await save(binary.toString('base64'), { encoding: 'base64', basedOn: 1, mode: '600' })).toMatchObject({
      id: saved.id,
      number: 2,
      size: 4,
      isText: false,
      mode: '0600',
    })
    expect([await bytesOf(1), await bytesOf(2)]).toEqual([Buffer.from(text), binary])
    const { rows } = await ctx.db.pool.query(`SELECT encode("content", 'escape') AS "text" FROM "ConfigFileRevision"`)
    expect(JSON.stringify(rows)).not.toContain('correct-horse')
    expect(await list()).toMatchObject([{ path, number: 2 }])
  })

  it('that are secret never come back, whatever is asked; others do', async () => {
    const { id } = await save('key=correct-horse\n')
    const shown = [
      await list(),
      await readConfigFile(ctx, owner, { environmentId, id }),
      await listConfigFileRevisions(ctx, owner, { environmentId, id }),
      await ctx.db.prisma.auditEntry.findMany({ select: { data: true } }),
    ]
    expect(JSON.stringify(shown)).not.toContain('correct-horse')
    expect(shown[1]).toMatchObject({ text: null })
    const refusal = await save('key=correct-horse\n', { mode: '9' }).catch((error: unknown) => JSON.stringify(error))
    expect(refusal).not.toContain('correct-horse')
    await expect(save(undefined, { isSecret: false })).rejects.toEqual(refused('invalid'))
    await save('server {}\r\n', { isSecret: false })
    expect(await readConfigFile(ctx, as('developer'), { environmentId, id })).toMatchObject({ text: 'server {}\r\n' })
    await expect(readConfigFile(ctx, as('viewer'), { environmentId, id })).rejects.toEqual(refused('forbidden'))
  })

  it('keep what is in them while their rights change', async () => {
    const { id } = await save('correct-horse')
    const saved = await save(undefined, { owner: 'app', group: 'app', mode: '0400', basedOn: 1 })
    expect(saved).toMatchObject({ number: 2, owner: 'app', group: 'app', mode: '0400', size: 13 })
    expect(await bytesOf(2)).toEqual(Buffer.from('correct-horse'))
    expect(await listConfigFileRevisions(ctx, owner, { environmentId, id })).toMatchObject([
      { number: 2 },
      { number: 1 },
    ])
  })

  it('are gone from the next release on when they are removed, and can come again', async () => {
    const { id } = await save('A')
    await removeConfigFile(ctx, owner, { environmentId, id })
    expect(await list()).toEqual([])
    for (const act of [readConfigFile, removeConfigFile])
      await expect(act(ctx, owner, { environmentId, id })).rejects.toEqual(refused('not_found'))
    await expect(save('B', { basedOn: 1 })).rejects.toEqual(refused('conflict', { details: { newest: null } }))
    await expect(save(undefined)).rejects.toEqual(refused('invalid'))
    expect(await save('B', { basedOn: null })).toMatchObject({ id, number: 3 })
    const revisions = await listConfigFileRevisions(ctx, owner, { environmentId, id })
    expect(revisions.map(({ isRemoval }) => isRemoval)).toEqual([false, true, false])
    const audit = await ctx.db.prisma.auditEntry.findMany({ orderBy: { id: 'asc' } })
    expect(audit.map(({ action }) => action)).toEqual(['file.save', 'file.remove', 'file.save'])
  })

  it('say which releases have them, and whether the live one does', async () => {
    const { id } = await save('A')
    const revision = await ctx.db.prisma.configFileRevision.findFirstOrThrow({ where: { fileId: id } })
    const release = { number: 7, name: 'r7', revision: 'a', ref: 'main', subject: '', author: '', state: 'complete' }
    const { id: releaseId } = await ctx.db.prisma.release.create({
      data: { ...release, environmentId, files: { create: { revisionId: revision.id } } },
    })
    await ctx.db.prisma.environment.update({ where: { id: environmentId }, data: { liveReleaseId: releaseId } })
    expect(await list()).toMatchObject([{ isLive: true }])
    expect(await save('B')).toMatchObject({ isLive: false })
    expect(await listConfigFileRevisions(ctx, owner, { environmentId, id })).toMatchObject([
      { number: 2, releases: [] },
      { number: 1, releases: [7] },
    ])
  })

  it('that somebody else saved meanwhile are refused', async () => {
    await save('A', { basedOn: null })
    await save('B', { basedOn: 1 })
    for (const basedOn of [null, 1, 3])
      await expect(save('C', { basedOn })).rejects.toEqual(refused('conflict', { details: { newest: 2 } }))
    expect(await bytesOf(2)).toEqual(Buffer.from('B'))
  })

  it.each([
    ...[
      '',
      '/etc/passwd',
      '../x',
      'a/../b',
      'a//b',
      'a/',
      './a',
      'a/*',
      'a[b]',
      'a\\b',
      'a\nb',
      ' a',
      '.env',
      'REVISION',
    ],
  ])('never lie at %j', async (wrong) => {
    await expect(save('A', { path: wrong })).rejects.toEqual(refused('invalid'))
    expect(await ctx.db.prisma.configFile.count({ where: { environmentId } })).toBe(0)
  })

  it('are refused when they are too large, not what they say, or in each other’s way', async () => {
    const large = { encoding: 'base64', isSecret: false } as const
    const mebibyte = Buffer.alloc(1024 * 1024).toString('base64')
    await expect(save(Buffer.alloc(1024 * 1024 + 1).toString('base64'), large)).rejects.toEqual(refused('invalid'))
    await expect(save('a'.repeat(256 * 1024 + 1))).rejects.toEqual(refused('invalid'))
    for (const content of ['no base64!', 'QQ=A', 'Q'])
      await expect(save(content, large)).rejects.toEqual(refused('invalid'))
    for (const name of ['1', '2', '3', '4']) await save(mebibyte, { ...large, path: name })
    await expect(save('A', { path: '5' })).rejects.toEqual(refused('invalid'))
    await save(mebibyte, { ...large, path: '4' })
    await expect(save('', { path: '1/below' })).rejects.toEqual(refused('invalid'))
    for (const owner of ['root; id', '-x', '']) await expect(save('A', { owner })).rejects.toEqual(refused('invalid'))
  })

  it('of another environment are not found', async () => {
    const { id } = await save('A')
    const other = await insertReadyEnvironment(ctx)
    for (const key of [
      { environmentId: other, id },
      { environmentId, id: randomUUID() },
    ])
      for (const act of [readConfigFile, removeConfigFile, listConfigFileRevisions])
        await expect(act(ctx, owner, key)).rejects.toEqual(refused('not_found'))
  })
})

it('come along when an environment is cloned with its variables', async () => {
  await save('correct-horse')
  const { id: serverId } = await ctx.db.prisma.server.create({
    data: { name: randomUUID(), host: 'h', user: 'u', publicKey: 'k', privateKey: ctx.secrets.encrypt('k') },
  })
  for (const variables of [true, false]) {
    const name = `Clone ${variables}`
    const servers = [{ serverId, root: `/srv/${randomUUID()}` }]
    const clone = await cloneEnvironment(ctx, owner, { environmentId, name, servers, variables })
    const files = await listConfigFiles(ctx, owner, { environmentId: clone.id })
    expect(files.map((file) => [file.path, file.number])).toEqual(variables ? [[path, 1]] : [])
  }
})
