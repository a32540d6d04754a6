import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '@/lib/panel/context.ts'
import { cancelDeployment, listReleases, requestDeployment, rollBack } from '@/lib/panel/deployments.ts'
import { noOptions } from '@/lib/spec/options.ts'
import * as environments from '@/lib/panel/environments.ts'
import { createProject, removeProject } from '@/lib/panel/projects.ts'
import { addServer, checkServer, removeServer } from '@/lib/panel/servers.ts'
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
let serverId: string
beforeEach(async () => {
  await ctx.db.prisma.project.deleteMany()
  await ctx.db.prisma.server.deleteMany()
  await ctx.db.prisma.auditEntry.deleteMany()
  projectId = (await createProject(ctx, owner, { name: 'Shop', repositoryUrl: '/srv/git/shop.git' })).id
  serverId = (await addServer(ctx, owner, { name: 'Web', host: 'web.example', user: 'deployer' })).id
  await trust(serverId)
})

const trust = (id: string, hostKey = 'ssh-ed25519 AAAA') =>
  ctx.db.prisma.server.update({ where: { id }, data: { hostKey } })
const production = () => ({ projectId, name: 'Production', branch: 'main', servers: [{ serverId, root: '/webroot' }] })
async function deployed(environmentId: string): Promise<void> {
  await requestDeployment(ctx, owner, { environmentId })
  await succeed(ctx, 'succeeded')
}
const unknown = { id: '00000000-0000-4000-8000-000000000000' }

describe('an environment', () => {
  it('begins with what Amezmo does, and with nothing live', async () => {
    const made = await environments.createEnvironment(ctx, owner, production())
    expect(made).toMatchObject({
      ...{
        project: 'Shop',
        slug: 'production',
        branch: 'main',
        releaseNaming: 'sequence',
        keep: 10,
        repositoryHooks: true,
      },
      permissions: { owner: 'www-data', group: 'deployer', mode: 'keep-exec' },
      targets: [{ serverId, server: 'Web', root: '/webroot', adopt: false, liveRelease: null }],
      ...{ live: null, rollBackTo: null, last: null, running: null },
    })
    expect(made.can).toEqual({ deploy: true, readVariables: true, configure: true, people: true })
    const seen = { ...made, can: { deploy: false, readVariables: false, configure: false, people: false } }
    expect(await environments.getEnvironment(ctx, as('viewer'), { id: made.id })).toEqual(seen)
    expect(await environments.listEnvironments(ctx, as('viewer'), { projectId })).toEqual([seen])
    expect(await environments.listEnvironments(ctx, as('viewer'), { projectId: unknown.id })).toEqual([])
    expect(await ctx.db.prisma.auditEntry.findMany({ where: { action: 'environment.create' } })).toMatchObject([
      { subject: `environment:${made.id}` },
    ])
  })

  it.each(['viewer', 'developer'] as const)('cannot be made, changed or removed by a %s', async (role) => {
    await expect(environments.createEnvironment(ctx, as(role), production())).rejects.toEqual(refused('forbidden'))
    const { id } = await environments.createEnvironment(ctx, owner, production())
    await expect(environments.updateEnvironment(ctx, as(role), { id, branch: 'x' })).rejects.toEqual(
      refused('forbidden'),
    )
    await expect(environments.removeEnvironment(ctx, as(role), { id })).rejects.toEqual(refused('forbidden'))
    await expect(environments.removeEnvironment(ctx, as(role), unknown)).rejects.toEqual(refused('not_found'))
    expect(await environments.getEnvironment(ctx, as(role), { id })).toMatchObject({ branch: 'main' })
  })

  it.each([
    ['name', { name: 'a\nb' }],
    ['branch', { branch: '--upload-pack=id' }],
    ['branch', { branch: '$(id)' }],
    ['keep', { keep: 1 }],
    ['permissions.owner', { permissions: { owner: '$(id)', group: 'x', mode: 'off' } }],
    ['permissions.mode', { permissions: { owner: 'x', group: 'x', mode: '0777' } }],
    ['releaseNaming', { releaseNaming: '../../x' }],
    ['appType', { appType: 'a;id' }],
    ['appDomain', { appDomain: '$(id).example' }],
    ['servers', { servers: [] }],
    ['projectId', { projectId: unknown.id }],
  ])('is refused with a hostile or impossible %s', async (path, wrong) => {
    const input = { ...production(), ...wrong } as Parameters<typeof environments.createEnvironment>[2]
    await expect(environments.createEnvironment(ctx, owner, input)).rejects.toMatchObject({
      code: 'invalid',
      details: { problems: [{ path }] },
    })
    expect(await ctx.db.prisma.environment.count()).toBe(0)
  })

  it('has options that are all off, and takes new ones only as a whole that makes sense', async () => {
    const { id, options } = await environments.createEnvironment(ctx, owner, production())
    expect(options).toEqual(noOptions)
    const wanted = { ...options, restarts: [{ kind: 'php-fpm', service: 'php8.3-fpm', failure: 'ignored' as const }] }
    const change = (given: object) => environments.updateEnvironment(ctx, owner, { id, options: given })
    expect((await change(wanted)).options).toEqual(wanted)
    await expect(change({ subdirectory: '../x' })).rejects.toMatchObject({
      code: 'invalid',
      details: { problems: [{ path: 'options.subdirectory' }] },
    })
    expect((await environments.updateEnvironment(ctx, owner, { id, branch: 'next' })).options).toEqual(wanted)
    expect((await change({})).options).toEqual(noOptions)
  })

  it.each(['webroot', '/', '/etc', '/srv/../etc', '/srv/a b', '/srv/$(id)', '/srv/a/', "/srv/'a"])(
    'does not live in %j',
    async (root) => {
      const made = environments.createEnvironment(ctx, owner, { ...production(), servers: [{ serverId, root }] })
      await expect(made).rejects.toMatchObject({ code: 'invalid', details: { problems: [{ path: 'servers.0.root' }] } })
    },
  )

  it('does not live on a server that is not there', async () => {
    const made = environments.createEnvironment(ctx, owner, {
      ...production(),
      servers: [{ serverId: unknown.id, root: '/webroot' }],
    })
    await expect(made).rejects.toMatchObject({
      code: 'invalid',
      details: { problems: [{ path: 'servers.0.serverId' }] },
    })
  })

  it('has a name of its own in its project, and a slug that stays', async () => {
    const { id } = await environments.createEnvironment(ctx, owner, production())
    const elsewhere = { servers: [{ serverId, root: '/srv/other' }] }
    await expect(
      environments.createEnvironment(ctx, owner, { ...production(), ...elsewhere, name: 'PRODUCTION' }),
    ).rejects.toMatchObject({
      code: 'conflict',
      details: { problems: [{ path: 'name' }] },
    })
    expect(
      await environments.createEnvironment(ctx, owner, { ...production(), ...elsewhere, name: 'Production!' }),
    ).toMatchObject({ slug: 'production-2' })
    expect(await environments.updateEnvironment(ctx, owner, { id, name: 'Live' })).toMatchObject({
      name: 'Live',
      slug: 'production',
    })
    await expect(environments.updateEnvironment(ctx, owner, { id, name: 'production!' })).rejects.toEqual(
      refused('conflict'),
    )
  })
})

describe('the place of an environment', () => {
  const at = (root: string, on = serverId, name = 'Staging') =>
    environments.createEnvironment(ctx, owner, { ...production(), name, servers: [{ serverId: on, root }] })

  it.each(['/webroot', '/webroot/release', '/webroot/storage/sub'])(
    'cannot be %s when /webroot is taken',
    async (root) => {
      await environments.createEnvironment(ctx, owner, production())
      await expect(at(root)).rejects.toMatchObject({
        code: 'conflict',
        details: { problems: [{ path: 'servers.0.root' }] },
      })
      await expect(at('/webroot2')).resolves.toMatchObject({ targets: [{ root: '/webroot2' }] })
    },
  )

  it('cannot be around the folder of another', async () => {
    await at('/srv/shop/production')
    await expect(at('/srv/shop', serverId, 'Other')).rejects.toEqual(refused('conflict'))
  })

  it('is taken once only by many at the same time', async () => {
    const tries = await Promise.allSettled([1, 2, 3, 4].map((n) => at('/webroot', serverId, `E ${n}`)))
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(tries.filter(({ status }) => status === 'rejected')).toEqual(
      Array(3).fill({ status: 'rejected', reason: refused('conflict') }),
    )
  })

  it('is the same through another name of the same machine, and free on another machine', async () => {
    await environments.createEnvironment(ctx, owner, production())
    const second = await addServer(ctx, owner, { name: 'Web by address', host: '192.0.2.7', user: 'other' })
    await trust(second.id)
    await expect(at('/webroot', second.id)).rejects.toEqual(refused('conflict'))
    const third = await addServer(ctx, owner, { name: 'Elsewhere', host: '192.0.2.8', user: 'deployer' })
    await trust(third.id, 'ssh-ed25519 BBBB')
    await expect(at('/webroot', third.id)).resolves.toMatchObject({ targets: [{ server: 'Elsewhere' }] })
  })

  it('takes over what another tool left only with consent, which can be given later', async () => {
    const { id, targets } = await environments.createEnvironment(ctx, owner, production())
    const servers = [{ serverId, root: '/webroot', adopt: true }]
    const changed = await environments.updateEnvironment(ctx, owner, { id, servers })
    expect(changed.targets).toEqual([{ ...targets[0], adopt: true }])
    expect(await ctx.db.prisma.auditEntry.findFirst({ where: { action: 'environment.update' } })).toMatchObject({
      data: { servers },
    })
  })

  it('needs that consent from the start where the last check of the folder found something', async () => {
    const found = [
      { id: 'current', label: 'current', verdict: 'warning', detail: '/srv/old/current is a real directory' },
    ]
    const worker = await startAnswering(ctx, () => ({ lines: found }))
    await checkServer(ctx, owner, { id: serverId, root: '/srv/old' }).finally(() => worker.stop())
    await expect(at('/srv/old')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('real directory'),
      details: { problems: [{ path: 'servers.0.adopt' }] },
    })
    await expect(at('/srv/new')).resolves.toMatchObject({ targets: [{ adopt: false }] })
    const servers = [{ serverId, root: '/srv/old', adopt: true }]
    const made = environments.createEnvironment(ctx, owner, { ...production(), servers })
    await expect(made).resolves.toMatchObject({ targets: [{ adopt: true }] })
  })

  it('cannot go away with its project or server while it is being made', async () => {
    for (let n = 0; n < 5; n++) {
      const { id } = await addServer(ctx, owner, { name: `S ${n}`, host: `s${n}.example`, user: 'deployer' })
      const project = await createProject(ctx, owner, { name: `P ${n}`, repositoryUrl: '/srv/git/p.git' })
      const input = { ...production(), projectId: project.id, servers: [{ serverId: id, root: '/webroot' }] }
      const made = environments.createEnvironment(ctx, owner, input)
      const removed = [removeServer(ctx, owner, { id }), removeProject(ctx, owner, { id: project.id })]
      const [making, ...removing] = await Promise.allSettled([made, ...removed])
      const codes = [making, ...removing].flatMap((one) =>
        one?.status === 'rejected' ? [(one.reason as { code: string }).code] : [],
      )
      expect(codes).toEqual(making?.status === 'fulfilled' ? ['conflict', 'conflict'] : ['invalid'])
      const count = await ctx.db.prisma.environment.count({ where: { projectId: project.id } })
      expect(count).toBe(making?.status === 'fulfilled' ? 1 : 0)
    }
  })

  it('changes until a release was completed there', async () => {
    const { id } = await environments.createEnvironment(ctx, owner, production())
    const move = (root: string) => environments.updateEnvironment(ctx, owner, { id, servers: [{ serverId, root }] })
    expect(await move('/srv/shop')).toMatchObject({ targets: [{ root: '/srv/shop' }] })
    const { id: failed } = await requestDeployment(ctx, owner, { environmentId: id })
    await expect(move('/srv/other')).rejects.toEqual(refused('conflict'))
    await begin(ctx)
    await finish(ctx, failed, 'failed')
    expect(await move('/srv/other')).toMatchObject({ targets: [{ root: '/srv/other' }] })
    await deployed(id)
    await expect(move('/srv/third')).rejects.toEqual(refused('conflict'))
    await expect(move('/srv/other')).resolves.toMatchObject({
      targets: [{ root: '/srv/other', liveRelease: expect.any(String) }],
    })
  })
})

describe('the server of an environment', () => {
  it('is one that a project of theirs has already, for who configures projects alone', async () => {
    const keeper = { ...as('member'), projects: { [projectId]: 'admin' } as const }
    await expect(environments.createEnvironment(ctx, keeper, production())).rejects.toMatchObject({
      code: 'invalid',
      details: { problems: [{ path: 'servers.0.serverId', message: 'There is no such server.' }] },
    })
    const { id } = await environments.createEnvironment(ctx, owner, production())
    const staging = { ...production(), name: 'Staging', servers: [{ serverId, root: '/webroot/staging' }] }
    await expect(environments.createEnvironment(ctx, keeper, staging)).rejects.toThrow('Shop Production')
    await environments.createEnvironment(ctx, keeper, { ...staging, servers: [{ serverId, root: '/staging' }] })

    const theirs = await addServer(ctx, owner, { name: 'Other', host: 'other.example', user: 'deployer' })
    await trust(theirs.id, 'ssh-ed25519 BBBB')
    const moved = { id, servers: [{ serverId: theirs.id, root: '/webroot' }] }
    await expect(environments.updateEnvironment(ctx, keeper, moved)).rejects.toEqual(refused('invalid'))
    const blog = await createProject(ctx, owner, { name: 'Blog', repositoryUrl: '/srv/git/blog.git' })
    await environments.createEnvironment(ctx, owner, { ...production(), projectId: blog.id, servers: moved.servers })
    const looker = { ...keeper, projects: { ...keeper.projects, [blog.id]: 'viewer' } as const }
    await expect(environments.updateEnvironment(ctx, looker, moved)).rejects.toEqual(refused('forbidden'))
  })

  it('is shared with projects whose names are not told', async () => {
    const blog = await createProject(ctx, owner, { name: 'Blog', repositoryUrl: '/srv/git/blog.git' })
    await environments.createEnvironment(ctx, owner, { ...production(), projectId: blog.id, name: 'Secret' })
    await environments.createEnvironment(ctx, owner, { ...production(), servers: [{ serverId, root: '/shop' }] })
    const keeper = { ...as('member'), projects: { [projectId]: 'admin' } as const }
    const wanted = { ...production(), name: 'Next', servers: [{ serverId, root: '/webroot/next' }] }
    await expect(environments.createEnvironment(ctx, keeper, wanted)).rejects.toThrow(
      '/webroot/next overlaps the folder of another environment.',
    )
  })
})

describe('what an environment stands at', () => {
  it('is told of each on its own, and names the release that rolling back activates', async () => {
    const { id } = await environments.createEnvironment(ctx, owner, production())
    const still = await environments.createEnvironment(ctx, owner, {
      ...production(),
      name: 'Still',
      servers: [{ serverId, root: '/srv/still' }],
    })
    for (let n = 0; n < 3; n++) await deployed(id)
    const releases = await listReleases(ctx, owner, { environmentId: id })
    const before = await environments.getEnvironment(ctx, owner, { id })
    expect(before).toMatchObject({
      live: { ...releases[0], isLive: true },
      rollBackTo: releases[1],
      last: { number: 3, status: 'succeeded' },
      running: null,
    })
    const back = await rollBack(ctx, owner, { environmentId: id })
    expect(back.source).toEqual({ type: 'release', number: before.rollBackTo!.number })
    const next = await requestDeployment(ctx, owner, { environmentId: id })
    expect(await environments.listEnvironments(ctx, owner)).toMatchObject([
      { id, running: { id: back.id, status: 'queued' }, last: { id: next.id } },
      still,
    ])
  })
})

describe('removing an environment', () => {
  it('waits for what is under way, then forgets everything', async () => {
    const { id } = await environments.createEnvironment(ctx, owner, production())
    await deployed(id)
    const { id: deploymentId } = await requestDeployment(ctx, owner, { environmentId: id })
    await expect(environments.removeEnvironment(ctx, owner, { id })).rejects.toEqual(
      refused('conflict', { details: { deploymentId, number: 2 } }),
    )
    await begin(ctx)
    await expect(environments.removeEnvironment(ctx, owner, { id })).rejects.toEqual(refused('conflict'))
    await cancelDeployment(ctx, owner, { id: deploymentId })
    await finish(ctx, deploymentId, 'cancelled')
    expect(await environments.removeEnvironment(ctx, owner, { id })).toBeNull()
    await expect(environments.getEnvironment(ctx, owner, { id })).rejects.toEqual(refused('not_found'))
    expect(
      await Promise.all([
        ctx.db.prisma.deployment.count(),
        ctx.db.prisma.release.count(),
        ctx.db.prisma.target.count(),
      ]),
    ).toEqual([0, 0, 0])
    expect(await ctx.db.prisma.auditEntry.findFirst({ where: { action: 'environment.remove' } })).toMatchObject({
      data: { name: 'Production', project: 'Shop' },
    })
  })

  it('and asking for a deployment at the same time never leaves one without the other', async () => {
    for (let n = 0; n < 5; n++) {
      const { id } = await environments.createEnvironment(ctx, owner, {
        ...production(),
        name: `E ${n}`,
        servers: [{ serverId, root: `/srv/e${n}` }],
      })
      const [request, removal] = await Promise.allSettled([
        requestDeployment(ctx, owner, { environmentId: id }),
        environments.removeEnvironment(ctx, owner, { id }),
      ])
      expect([request.status, removal.status].sort()).toEqual(['fulfilled', 'rejected'])
      const refusal = removal.status === 'rejected' ? removal.reason : request.status === 'rejected' && request.reason
      expect(['conflict', 'not_found']).toContain((refusal as { code: string }).code)
    }
  })
})
