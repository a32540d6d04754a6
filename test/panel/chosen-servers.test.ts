// Runs for some of an environment's servers: which ones are meant, what is stored of it, and when it is refused.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '@/lib/panel/context.ts'
import { cancelDeployment, getDeployment, requestDeployment } from '@/lib/panel/deployments.ts'
import { createEnvironment } from '@/lib/panel/environments.ts'
import { applyConfigFiles } from '@/lib/panel/files-apply.ts'
import { listConfigFiles, saveConfigFile } from '@/lib/panel/files.ts'
import { previewPlan } from '@/lib/panel/preview.ts'
import { createProject } from '@/lib/panel/projects.ts'
import { activateRelease, rollBack } from '@/lib/panel/releases.ts'
import { addServer } from '@/lib/panel/servers.ts'
import { applyVariables } from '@/lib/panel/variables-apply.ts'
import { readVariables, saveVariables } from '@/lib/panel/variables.ts'
import { createDeployment } from '@/lib/store/deployments.ts'
import { startAnswering } from './answering.ts'
import { succeed } from './deployments.ts'
import { openPanel, owner, refused } from './panel.ts'

let ctx: Context
let close: () => Promise<void>
beforeAll(async () => {
  ;({ ctx, close } = await openPanel())
})
afterAll(() => close())

let environmentId: string
/** In the order of the environment: web-1, web-2, web-3. */
let targets: { id: string; serverId: string }[]
beforeEach(async () => {
  await ctx.db.prisma.project.deleteMany()
  await ctx.db.prisma.server.deleteMany()
  const { id: projectId } = await createProject(ctx, owner, { name: 'Shop', repositoryUrl: '/srv/git/shop.git' })
  const servers = []
  for (const name of ['web-1', 'web-2', 'web-3']) {
    const { id } = await addServer(ctx, owner, { name, host: `${name}.example`, user: 'deployer' })
    await ctx.db.prisma.server.update({ where: { id }, data: { hostKey: `ssh-ed25519 ${name}` } })
    servers.push({ serverId: id, root: '/webroot' })
  }
  const made = await createEnvironment(ctx, owner, { projectId, name: 'Production', branch: 'main', servers })
  ;({ id: environmentId, targets } = made)
})

const deploy = (more: object = {}) => requestDeployment(ctx, owner, { environmentId, ...more })
const idsOf = async (id: string) => (await ctx.db.prisma.deployment.findUniqueOrThrow({ where: { id } })).targetIds
const cancel = (id: string) => cancelDeployment(ctx, owner, { id })
/** Deployment 1 is live on all of them. */
async function live(): Promise<void> {
  await deploy()
  await succeed(ctx, 'succeeded')
  await ctx.db.prisma.target.updateMany({ data: { liveRelease: 'deployment_1.abcdef0' } })
}

describe('a run for some servers', () => {
  it('knows them by name or id, in the environment’s order, and says their names', async () => {
    const [first, second, third] = targets
    const made = await deploy({ servers: ['web-3', first!.serverId] })
    expect(made).toMatchObject({ servers: ['web-1', 'web-3'], source: { type: 'git', ref: 'main' } })
    expect(made.source).not.toHaveProperty('servers')
    expect(await idsOf(made.id)).toEqual([first!.id, third!.id])
    expect(await getDeployment(ctx, owner, { id: made.id })).toMatchObject({ servers: ['web-1', 'web-3'] })
    const other = await deploy({ servers: second!.id })
    expect(await idsOf(other.id)).toEqual([second!.id])
    const { data } = await ctx.db.prisma.auditEntry.findFirstOrThrow({ where: { subject: `deployment:${made.id}` } })
    expect(data).toMatchObject({ source: { servers: ['web-1', 'web-3'] } })
  })

  it('is one for all when all are named, or none', async () => {
    const [all, none] = [await deploy({ servers: 'web-1, web-2,web-3' }), await deploy()]
    expect([all.servers, none.servers]).toEqual([[], []])
    expect([await idsOf(all.id), await idsOf(none.id)]).toEqual([[], []])
  })

  it.each([
    [['web-4'], 'servers.0'],
    [['web-1', 'WEB-2'], 'servers.1'],
    [[], 'servers'],
    ['', 'servers'],
  ])('is refused for %j', async (servers, path) => {
    await expect(deploy({ servers })).rejects.toMatchObject({ code: 'invalid', details: { problems: [{ path }] } })
  })

  it('asks for the host keys of these alone', async () => {
    await ctx.db.prisma.server.updateMany({ where: { name: 'web-3' }, data: { hostKey: null } })
    await expect(deploy()).rejects.toThrow('Confirm the host key of server “web-3” first.')
    expect(await deploy({ servers: ['web-1', 'web-2'] })).toMatchObject({ status: 'queued' })
  })

  it('is no run for a target that is not the environment’s by then', async () => {
    const source = { type: 'git', ref: 'main' } as const
    const by = { by: 'user:x', byName: 'X' }
    const targetIds = [targets[0]!.id, owner.id]
    await expect(createDeployment(ctx.db, { environmentId, kind: 'deploy', source, ...by, targetIds })).rejects.toEqual(
      refused('conflict'),
    )
  })

  it('is what an idempotency key was used for, and nothing else', async () => {
    const key = { idempotencyKey: 'a' }
    const { id } = await deploy({ ...key, servers: ['web-2', 'web-1'] })
    expect(await deploy({ ...key, servers: ['web-1', 'web-2'] })).toMatchObject({ id })
    await expect(deploy(key)).rejects.toEqual(refused('conflict'))
    await expect(deploy({ ...key, servers: ['web-1'] })).rejects.toEqual(refused('conflict'))
  })

  it('is previewed for these servers', async () => {
    const worker = await startAnswering(ctx, () => ({}))
    const preview = (more: object) => previewPlan(ctx, owner, { environmentId, ...more }).catch(() => null)
    await preview({ servers: 'web-2' })
    await preview({})
    await worker.stop()
    const source = { ref: 'main' }
    expect(worker.asked.map(({ input }) => input)).toEqual([
      { environmentId, source, targetIds: [targets[1]!.id] },
      { environmentId, source },
    ])
  })
})

describe('a run for what lags behind', () => {
  it('is for servers with another release than the live one, or with one that nobody knows', async () => {
    await live()
    await expect(deploy({ onlyOutdated: true })).rejects.toThrow('Each of these servers has the live release.')
    await ctx.db.prisma.target.update({ where: { id: targets[1]!.id }, data: { liveRelease: null } })
    await ctx.db.prisma.target.update({ where: { id: targets[2]!.id }, data: { unknownSince: new Date() } })
    const both = await deploy({ onlyOutdated: true })
    expect(both.servers).toEqual(['web-2', 'web-3'])
    await expect(deploy({ onlyOutdated: true })).rejects.toEqual(
      refused('conflict', { message: expect.stringContaining('is queued') }),
    )
    await cancel(both.id)
    expect(await deploy({ onlyOutdated: true, servers: ['web-1', 'web-3'] })).toMatchObject({ servers: ['web-3'] })
  })

  it('answers a repeated key although fewer lag behind by then', async () => {
    await live()
    await ctx.db.prisma.target.updateMany({ data: { liveRelease: null } })
    const wish = { onlyOutdated: true, idempotencyKey: 'b' }
    const { id } = await deploy(wish)
    await ctx.db.prisma.target.update({
      where: { id: targets[0]!.id },
      data: { liveRelease: 'deployment_1.abcdef0' },
    })
    expect(await deploy(wish)).toMatchObject({ id })
  })

  it('puts the live release where it isn’t live', async () => {
    await live()
    const activate = (more: object = {}) => activateRelease(ctx, owner, { environmentId, number: 1, ...more })
    await expect(activate()).rejects.toThrow('Release 1 is live already.')
    await ctx.db.prisma.target.update({ where: { id: targets[1]!.id }, data: { liveRelease: null } })
    await expect(activate({ servers: ['web-1'] })).rejects.toThrow('Release 1 is live already.')
    const queued = await activate({ onlyOutdated: true })
    expect(queued).toMatchObject({ kind: 'activate', servers: ['web-2'] })
  })

  it('rolls back and gives variables to some servers alone', async () => {
    await live()
    await deploy()
    await succeed(ctx, 'succeeded')
    const back = await rollBack(ctx, owner, { environmentId, servers: ['web-2'] })
    expect(back).toMatchObject({ servers: ['web-2'], source: { type: 'release', number: 1 } })
    await cancel(back.id)
    await saveVariables(ctx, owner, { environmentId, text: 'A=1\n', basedOn: null })
    const given = await applyVariables(ctx, owner, { environmentId, servers: ['web-3'] })
    expect(given).toMatchObject({ kind: 'configure', servers: ['web-3'] })
    await cancel(given.id)
  })

  it('says that variables were applied to some alone, until all have them', async () => {
    await live()
    const { prisma } = ctx.db
    const first = await prisma.release.findFirstOrThrow({ where: { environmentId } })
    await prisma.environment.update({ where: { id: environmentId }, data: { liveReleaseId: first.id } })
    await saveVariables(ctx, owner, { environmentId, text: 'A=1\n', basedOn: null })
    const set = await prisma.variableSet.findFirstOrThrow({ where: { environmentId } })
    const onlyOn = async () => (await readVariables(ctx, owner, { environmentId }))?.live?.onlyOn
    /** As a worker leaves it when it has succeeded. */
    const applied = async (id: string) => {
      const data = { status: 'succeeded', finishedAt: new Date(), releaseId: first.id }
      await prisma.deployment.update({ where: { id }, data })
      await prisma.release.update({ where: { id: first.id }, data: { variableSetId: set.id } })
    }
    expect(await onlyOn()).toBeNull()
    await applied((await applyVariables(ctx, owner, { environmentId, servers: ['web-3'] })).id)
    expect(await onlyOn()).toEqual([targets[2]!.id])
    await applied((await applyVariables(ctx, owner, { environmentId, servers: ['web-1'] })).id)
    expect(await onlyOn()).toEqual([targets[0]!.id, targets[2]!.id])
    await applied((await applyVariables(ctx, owner, { environmentId, servers: ['web-2'] })).id)
    expect(await onlyOn()).toBeNull()
    await applied((await applyVariables(ctx, owner, { environmentId, servers: ['web-3'] })).id)
    expect(await onlyOn()).toBeNull()
    await expect(applyVariables(ctx, owner, { environmentId })).rejects.toEqual(refused('conflict'))
  })

  it('says the same of files, but not of those that all have', async () => {
    const { prisma } = ctx.db
    const save = (path: string) => saveConfigFile(ctx, owner, { environmentId, path, content: path, basedOn: null })
    const applied = async (servers?: string[]) => {
      const { id } = await applyConfigFiles(ctx, owner, { environmentId, ...(servers && { servers }) })
      const first = await prisma.release.findFirstOrThrow({ where: { environmentId } })
      const [startedAt, finishedAt] = [new Date(), new Date()]
      await prisma.deployment.update({
        where: { id },
        data: { status: 'succeeded', startedAt, finishedAt, releaseId: first.id },
      })
      const revisions = await prisma.configFileRevision.findMany({ where: { file: { environmentId } } })
      const files = revisions.map((revision) => ({ releaseId: first.id, revisionId: revision.id }))
      await prisma.releaseFile.createMany({ data: files, skipDuplicates: true })
    }
    const onlyOn = async () =>
      Object.fromEntries((await listConfigFiles(ctx, owner, { environmentId })).map((one) => [one.path, one.onlyOn]))
    await live()
    const { id: liveReleaseId } = await prisma.release.findFirstOrThrow({ where: { environmentId } })
    await prisma.environment.update({ where: { id: environmentId }, data: { liveReleaseId } })
    await save('a.conf')
    await applied()
    await save('b.conf')
    expect(await onlyOn()).toEqual({ 'a.conf': null, 'b.conf': null })
    await applied(['web-2'])
    expect(await onlyOn()).toEqual({ 'a.conf': null, 'b.conf': [targets[1]!.id] })
    await applied()
    expect(await onlyOn()).toEqual({ 'a.conf': null, 'b.conf': null })
    await expect(applyConfigFiles(ctx, owner, { environmentId })).rejects.toEqual(refused('conflict'))
  })
})
