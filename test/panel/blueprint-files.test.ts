// Files in a project as code: what is no secret with its content, of secrets only that they are there.
import { randomUUID } from 'node:crypto'
import { parse as parseYaml } from 'yaml'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Blueprint } from '@/lib/api/blueprint.ts'
import { applyBlueprint, exportProject } from '@/lib/panel/blueprint.ts'
import type { Context } from '@/lib/panel/context.ts'
import { cloneEnvironment } from '@/lib/panel/environment-clone.ts'
import { listConfigFiles, saveConfigFile } from '@/lib/panel/files.ts'
import { insertReadyEnvironment } from './deployments.ts'
import { openPanel, owner } from './panel.ts'

let ctx: Context
let close: () => Promise<void>
let environmentId: string
let projectId: string
let slug: string
beforeAll(async () => {
  ;({ ctx, close } = await openPanel())
})
afterAll(() => close())
beforeEach(async () => {
  await ctx.db.pool.query('TRUNCATE "User", "Project", "Server", "AuditEntry" CASCADE')
  environmentId = await insertReadyEnvironment(ctx)
  ;({ projectId, slug } = await ctx.db.prisma.environment.findUniqueOrThrow({ where: { id: environmentId } }))
})

type Save = Omit<Parameters<typeof saveConfigFile>[2], 'environmentId'>
const save = (file: Save) => saveConfigFile(ctx, owner, { environmentId, ...file })
const exported = async () => (await exportProject(ctx, owner, { id: projectId })).text
const apply = (text: string, dryRun = false) => applyBlueprint(ctx, owner, { text, dryRun })
const filesOf = (text: string) => (parseYaml(text) as Blueprint).environments[slug]?.files
const listed = async () =>
  (await listConfigFiles(ctx, owner, { environmentId })).map(({ target, path, number, isSecret, mode, owner: user }) =>
    [target, path, number, isSecret, mode, user].join(' '),
  )

async function three() {
  await save({
    target: 'server',
    path: '/etc/shop.conf',
    content: 'listen 80;\n',
    isSecret: false,
    owner: 'root',
    mode: '0644',
  })
  await save({
    path: 'logo.bin',
    content: Buffer.from([0, 255]).toString('base64'),
    encoding: 'base64',
    isSecret: false,
  })
  await save({ target: 'shared', path: 'storage/key.json', content: '{"key": "correct-horse"}' })
}

it('are exported without what is in secret ones, and change nothing when they are applied again', async () => {
  await three()
  const text = await exported()
  expect(text).not.toContain('correct-horse')
  expect(filesOf(text)).toEqual({
    release: { 'logo.bin': { mode: '0640', base64: 'AP8=' } },
    shared: { 'storage/key.json': { mode: '0640', secret: true } },
    server: { '/etc/shop.conf': { mode: '0644', owner: 'root', content: 'listen 80;\n' } },
  })
  expect(await apply(text)).toMatchObject({ changes: [], notes: [] })
})

it('are changed, made and taken away as the file says; a secret one that is not there is asked for', async () => {
  await three()
  const text = (await exported())
    .replace('listen 80;', 'listen 443;')
    .replace('logo.bin', 'other.bin')
    .replace(/( +)storage\/key.json:\n/, '$1storage/key.json:\n$1  group: www-data\n')
    .replace(/( +)shared:\n/, '$1shared:\n$1  storage/new.json: {secret: true}\n')
  const before = await listed()
  const dry = await apply(text, true)
  expect([dry.applied, await listed()]).toEqual([false, before])
  const path = `environments.${slug}.files`
  expect(dry.changes.map(({ path: at, kind }) => `${kind} ${at.replace(path, '')}`).sort()).toEqual([
    'added .release.other.bin',
    'changed .server./etc/shop.conf',
    'changed .shared.storage/key.json',
    'removed .release.logo.bin',
  ])
  expect(JSON.stringify(dry)).not.toContain('correct-horse')
  expect((await apply(text)).notes).toEqual([expect.stringContaining('add the secret file storage/new.json')])
  expect(await listed()).toEqual([
    'release other.bin 1 false 0640 ',
    'server /etc/shop.conf 2 false 0644 root',
    'shared storage/key.json 2 true 0640 ',
  ])
  expect(await apply(text)).toMatchObject({ changes: [] })
  // What is left out stays as it is.
  const without = text.replace(/\n +files:\n[^]*$/, '\n')
  expect(await apply(without)).toMatchObject({ changes: [] })
})

it.each([
  ['server', 'etc/x', 'content: a', 'begins with a slash'],
  ['release', 'x', 'content: a, secret: true', 'Write one of'],
  ['shared', 'release/x', 'content: a', 'can’t be shared'],
])('are refused as they are in the panel: %s %s', async (target, path, fields, message) => {
  const text = `${(await exported()).replace(/\n +files: \{\}\n/, '\n').trimEnd()}\n    files: {${target}: {${path}: {${fields}}}}\n`
  await expect(apply(text)).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringContaining(message) as string,
  })
  expect(await listed()).toEqual([])
})

it('of a clone leave out what another environment writes on the same server', async () => {
  await three()
  const { serverId } = await ctx.db.prisma.target.findFirstOrThrow({ where: { environmentId } })
  const servers = [{ serverId, root: `/srv/${randomUUID()}` }]
  const clone = await cloneEnvironment(ctx, owner, { environmentId, name: 'Clone', servers, variables: true })
  const files = await listConfigFiles(ctx, owner, { environmentId: clone.id })
  expect(files.map(({ path }) => path)).toEqual(['logo.bin', 'storage/key.json'])
})
