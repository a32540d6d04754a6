// An environment on several servers: which, where, in what order, and how they come and go.
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { Context } from '@/lib/panel/context.ts'
import { cancelDeployment, listReleases, requestDeployment } from '@/lib/panel/deployments.ts'
import { createEnvironment, getEnvironment, updateEnvironment } from '@/lib/panel/environments.ts'
import { saveConfigFile } from '@/lib/panel/files.ts'
import { addEnvironmentServer, removeEnvironmentServer } from '@/lib/panel/environment-servers.ts'
import { createProject } from '@/lib/panel/projects.ts'
import { addServer, confirmHostKey, updateServer } from '@/lib/panel/servers.ts'
import { startAnswering } from './answering.ts'
import { begin, finish, succeed } from './deployments.ts'
import { as, openPanel, owner, refused } from './panel.ts'

let ctx: Context
let close: () => Promise<void>
beforeAll(async () => {
  ;({ ctx, close } = await openPanel())
})
afterAll(() => close())

let projectId: string
let web: string[]
beforeEach(async () => {
  await ctx.db.prisma.project.deleteMany()
  await ctx.db.prisma.server.deleteMany()
  projectId = (await createProject(ctx, owner, { name: 'Shop', repositoryUrl: '/srv/git/shop.git' })).id
  web = []
  for (const n of [1, 2, 3]) web.push(await server(`web-${n}`))
})

async function server(name: string, hostKey = `ssh-ed25519 ${name}`): Promise<string> {
  const { id } = await addServer(ctx, owner, { name, host: `${name}.example`, user: 'deployer' })
  await ctx.db.prisma.server.update({ where: { id }, data: { hostKey } })
  return id
}
const places = (...ids: string[]) => ids.map((serverId) => ({ serverId, root: '/webroot', adopt: false }))
const make = (servers: ReturnType<typeof places>, name = 'Production') =>
  createEnvironment(ctx, owner, { projectId, name, branch: 'main', servers })
const put = (id: string, servers: ReturnType<typeof places>) => updateEnvironment(ctx, owner, { id, servers })
const namesOf = ({ targets }: { targets: { server: string }[] }) => targets.map((one) => one.server)

describe('an environment on several servers', () => {
  it('has them in the order in which they were given, and in another one when that is saved', async () => {
    const made = await make(places(web[2]!, web[0]!, web[1]!))
    expect(namesOf(made)).toEqual(['web-3', 'web-1', 'web-2'])
    const turned = await put(made.id, places(...web))
    expect(namesOf(turned)).toEqual(['web-1', 'web-2', 'web-3'])
    expect(new Set(turned.targets)).toEqual(new Set(made.targets))
  })

  it.each([
    ['the same server twice', () => places(web[0]!, web[0]!), 'invalid', 'servers.1.serverId'],
    ['none', () => [], 'invalid', 'servers'],
  ] as const)('is refused with %s', async (_, servers, code, path) => {
    await expect(make(servers())).rejects.toMatchObject({ code, details: { problems: [{ path }] } })
  })

  it('has one folder on a machine that is two servers of the panel', async () => {
    const again = await server('web-1-again', 'ssh-ed25519 web-1')
    const both = [...places(web[0]!), { serverId: again, root: '/webroot/other', adopt: false }]
    await expect(make(both)).rejects.toMatchObject({
      code: 'conflict',
      details: { problems: [{ path: 'servers.1.root' }] },
    })
    await expect(make([both[0]!, { ...both[1]!, root: '/srv/other' }])).resolves.toMatchObject({ targets: [{}, {}] })
  })

  it('has one folder on a machine, also when its second name is trusted later', async () => {
    const hostKey = 'ssh-ed25519 web-1'
    const fingerprint = `SHA256:${'A'.repeat(43)}`
    const { id } = await addServer(ctx, owner, { name: 'web-1-again', host: 'again.example', user: 'deployer' })
    const again = { serverId: id, root: '/webroot/other', adopt: false }
    const made = await make([...places(web[0]!), again])
    const worker = await startAnswering(ctx, () => ({ hostKey, fingerprint }))
    onTestFinished(() => worker.stop())
    await expect(confirmHostKey(ctx, owner, { id, fingerprint })).rejects.toThrow(
      /^This is the same machine as web-1\. .* overlap\. Take the environment off this server first\.$/,
    )
    await put(made.id, places(web[0]!))
    await expect(confirmHostKey(ctx, owner, { id, fingerprint })).resolves.toMatchObject({ fingerprint })
  })

  it('cannot take the folder of another one on any of them', async () => {
    await make(places(web[1]!), 'Staging')
    const refusal = { code: 'conflict', details: { problems: [{ path: 'servers.1.root' }] } }
    await expect(make(places(...web))).rejects.toMatchObject(refusal)
    const { id } = await make(places(web[0]!))
    await expect(put(id, places(web[0]!, web[1]!))).rejects.toMatchObject(refusal)
    await expect(put(id, places(web[0]!, web[2]!))).resolves.toMatchObject({ targets: [{}, {}] })
  })
})

describe('a server that comes', () => {
  it('is asked of those who may have it', async () => {
    const { id } = await make(places(web[0]!))
    const keeper = { ...as('member'), projects: { [projectId]: 'admin' } as const }
    const more = updateEnvironment(ctx, keeper, { id, servers: places(web[0]!, web[1]!) })
    await expect(more).rejects.toMatchObject({ details: { problems: [{ path: 'servers.1.serverId' }] } })
  })

  it('waits for what is under way', async () => {
    const { id } = await make(places(web[0]!))
    const queued = await requestDeployment(ctx, owner, { environmentId: id })
    await expect(put(id, places(web[0]!, web[1]!))).rejects.toEqual(
      refused('conflict', { message: expect.stringContaining('then change its servers') }),
    )
    await cancelDeployment(ctx, owner, { id: queued.id })
    await expect(put(id, places(web[0]!, web[1]!))).resolves.toMatchObject({ targets: [{}, {}] })
  })

  it('has none of the files that the environment writes on it from another environment, nor below its root', async () => {
    const staging = await make(
      places(web[1]!).map((one) => ({ ...one, root: '/srv/staging' })),
      'Staging',
    )
    const file = { target: 'server', path: '/etc/app/shop.conf', content: 'x' } as const
    await saveConfigFile(ctx, owner, { environmentId: staging.id, ...file })
    const { id } = await make(places(web[0]!))
    await saveConfigFile(ctx, owner, { environmentId: id, ...file })
    const refusal = { code: 'conflict', details: { problems: [{ path: 'servers.1.root' }] } }
    await expect(put(id, places(web[0]!, web[1]!))).rejects.toMatchObject(refusal)
    const below = [...places(web[0]!), { serverId: web[2]!, root: '/etc/app/shop.conf', adopt: false }]
    await expect(put(id, below)).rejects.toMatchObject({ details: { problems: [{ path: expect.any(String) }] } })
    await expect(put(id, places(web[0]!, web[2]!))).resolves.toMatchObject({ targets: [{}, {}] })
  })
})

describe('a server that goes', () => {
  it('is forgotten with what lay there alone, and the audit says where that was', async () => {
    const { id } = await make(places(web[0]!, web[1]!))
    await requestDeployment(ctx, owner, { environmentId: id })
    await succeed(ctx, 'succeeded')
    const before = await getEnvironment(ctx, owner, { id })
    expect(before.targets.map(({ liveRelease }) => liveRelease)).toEqual(['deployment_1.abcdef0', null])
    expect(before.targets.map(({ liveNumber }) => liveNumber)).toEqual([1, null])
    expect(before.live).toMatchObject({ isLive: true, liveOn: ['web-1'] })
    expect(namesOf(await put(id, places(web[0]!)))).toEqual(['web-1'])
    expect(await ctx.db.prisma.auditEntry.findFirst({ orderBy: { id: 'desc' } })).toMatchObject({
      data: { left: [{ serverId: web[1]!, root: '/webroot' }] },
    })
    expect(await listReleases(ctx, owner, { environmentId: id })).toMatchObject([{ state: 'complete' }])
  })

  it('is not the last one on which the live release is', async () => {
    const { id } = await make(places(web[0]!, web[1]!))
    await requestDeployment(ctx, owner, { environmentId: id })
    await succeed(ctx, 'succeeded')
    await expect(put(id, places(web[1]!))).rejects.toThrow('The live release is on web-1 alone.')
    await expect(put(id, places(web[2]!))).rejects.toEqual(refused('conflict'))
    await ctx.db.prisma.target.updateMany({ data: { liveRelease: 'deployment_1.abcdef0' } })
    expect(namesOf(await put(id, places(web[1]!)))).toEqual(['web-2'])
    // Its only complete copy that the panel knew of lay on web-1.
    expect(await listReleases(ctx, owner, { environmentId: id })).toMatchObject([{ state: 'removed' }])
  })

  it('may be the only one while nothing was completed, and leaves no folder changed that was used', async () => {
    const { id } = await make(places(web[0]!))
    const { id: failed } = await requestDeployment(ctx, owner, { environmentId: id })
    await begin(ctx)
    await finish(ctx, failed, 'failed')
    expect(namesOf(await put(id, places(web[1]!)))).toEqual(['web-2'])
    await requestDeployment(ctx, owner, { environmentId: id })
    await succeed(ctx, 'succeeded')
    const elsewhere = [...places(web[0]!), { ...places(web[1]!)[0]!, root: '/srv/shop' }]
    await expect(put(id, elsewhere)).rejects.toEqual(refused('conflict'))
    const more = await put(id, places(web[0]!, web[1]!))
    expect(more.targets).toMatchObject([{ liveRelease: null }, { liveRelease: expect.any(String) }])
    expect(
      (await put(id, [{ ...places(web[0]!)[0]!, root: '/srv/new' }, ...places(web[1]!)])).targets[0],
    ).toMatchObject({
      root: '/srv/new',
    })
  })
})

describe('one server more or less', () => {
  it('comes last and goes, whoever thinks of the others', async () => {
    const { id: environmentId } = await make(places(web[0]!))
    const more = await addEnvironmentServer(ctx, owner, { environmentId, ...places(web[1]!)[0]! })
    expect(namesOf(more)).toEqual(['web-1', 'web-2'])
    await expect(addEnvironmentServer(ctx, owner, { environmentId, ...places(web[1]!)[0]! })).rejects.toMatchObject({
      code: 'conflict',
      details: { problems: [{ path: 'serverId' }] },
    })
    const gone = await removeEnvironmentServer(ctx, owner, { environmentId, serverId: web[0]! })
    expect(gone.deployment).toBe(null)
    expect(namesOf(gone.environment)).toEqual(['web-2'])
    const only = removeEnvironmentServer(ctx, owner, { environmentId, serverId: web[1]! })
    await expect(only).rejects.toEqual(refused('conflict', { message: expect.stringContaining('the only server') }))
    const other = removeEnvironmentServer(ctx, owner, { environmentId, serverId: web[0]! })
    await expect(other).rejects.toEqual(refused('not_found'))
    const actions = await ctx.db.prisma.auditEntry.findMany({ orderBy: { id: 'desc' }, take: 2 })
    expect(actions.map(({ action }) => action)).toEqual(['environment.remove-server', 'environment.add-server'])
  })

  it('is left by a run of its own once it had a release, or forgotten at once', async () => {
    const { id: environmentId } = await make(places(web[0]!, web[1]!))
    await requestDeployment(ctx, owner, { environmentId })
    await succeed(ctx, 'succeeded')
    const alone = removeEnvironmentServer(ctx, owner, { environmentId, serverId: web[0]! })
    await expect(alone).rejects.toThrow('The live release is on web-1 alone.')
    await ctx.db.prisma.target.updateMany({ data: { liveRelease: 'deployment_1.abcdef0' } })
    const { environment, deployment } = await removeEnvironmentServer(ctx, owner, {
      environmentId,
      serverId: web[0]!,
    })
    expect(namesOf(environment)).toEqual(['web-1', 'web-2'])
    expect(deployment).toMatchObject({
      kind: 'remove',
      status: 'queued',
      source: { type: 'leave', keep: 'live' },
      servers: ['web-1'],
    })
    expect(await ctx.db.prisma.auditEntry.findFirst({ orderBy: { id: 'desc' } })).toMatchObject({
      action: 'deployment.remove',
      data: { source: { type: 'leave', servers: ['web-1'] } },
    })
    for (const leave of ['all', 'forget'] as const) {
      const again = removeEnvironmentServer(ctx, owner, { environmentId, serverId: web[0]!, leave })
      await expect(again).rejects.toEqual(refused('conflict'))
    }
    await cancelDeployment(ctx, owner, { id: deployment!.id })
    const all = await removeEnvironmentServer(ctx, owner, { environmentId, serverId: web[0]!, leave: 'all' })
    expect(all.deployment).toMatchObject({ source: { type: 'leave', keep: 'shared' } })
    await cancelDeployment(ctx, owner, { id: all.deployment!.id })
    // A run that began there and failed may have left something, too.
    const target = await ctx.db.prisma.target.findFirstOrThrow({ where: { environmentId, serverId: web[1]! } })
    await ctx.db.prisma.target.update({ where: { id: target.id }, data: { liveRelease: null } })
    const run = { deploymentId: all.deployment!.id, name: 'ship-2', targetId: target.id, state: 'ended' }
    await ctx.db.prisma.segmentRun.create({ data: run })
    const half = await removeEnvironmentServer(ctx, owner, { environmentId, serverId: web[1]! })
    expect(half.deployment).toMatchObject({ source: { type: 'leave', keep: 'live' }, servers: ['web-2'] })
    await cancelDeployment(ctx, owner, { id: half.deployment!.id })
    await ctx.db.prisma.target.update({ where: { id: target.id }, data: { liveRelease: 'deployment_1.abcdef0' } })
    const gone = await removeEnvironmentServer(ctx, owner, { environmentId, serverId: web[0]!, leave: 'forget' })
    expect(gone).toMatchObject({ deployment: null, environment: { targets: [{ server: 'web-2' }] } })
  })

  it('has a folder of its own, as the field says', async () => {
    await make(places(web[1]!), 'Staging')
    const { id: environmentId } = await make(places(web[0]!))
    await expect(addEnvironmentServer(ctx, owner, { environmentId, ...places(web[1]!)[0]! })).rejects.toMatchObject({
      code: 'conflict',
      details: { problems: [{ path: 'root' }] },
    })
  })
})

describe('labels of a server', () => {
  it('are short words, each once, typed as a list or as a text', async () => {
    const labels = async (given: string | string[]) =>
      (await updateServer(ctx, owner, { id: web[0]!, labels: given })).labels
    expect(await labels(' web, cron  web')).toEqual(['web', 'cron'])
    expect(await labels(['eu-1'])).toEqual(['eu-1'])
    expect((await updateServer(ctx, owner, { id: web[0]!, name: 'first' })).labels).toEqual(['eu-1'])
    for (const wrong of ['Web', '-x', 'a_b', 'x'.repeat(31), ['two words']])
      await expect(labels(wrong)).rejects.toMatchObject({
        code: 'invalid',
        details: { problems: [{ path: 'labels' }] },
      })
    await expect(labels(Array.from({ length: 21 }, (_, n) => `l${n}`))).rejects.toEqual(refused('invalid'))
    const { targets } = await make(places(...web))
    expect(targets.map((one) => one.labels)).toEqual([['eu-1'], [], []])
    expect(await labels('')).toEqual([])
  })
})
