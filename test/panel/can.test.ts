// What views say that one may is what the panel lets one do.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { can, demand, mayAnywhere, panelRoles, roles, type Actor, type Can } from '@/lib/access.ts'
import { readOverview } from '@/lib/panel/overview.ts'
import { getDeployment } from '@/lib/panel/deployments.ts'
import { getEnvironment } from '@/lib/panel/environments.ts'
import { listServerChoices } from '@/lib/panel/servers.ts'
import { enter, kinds, makeWorld } from './access-world.ts'
import { as, openPanel } from './panel.ts'

const rights = ['deploy', 'readVariables', 'configure', 'people'] as const satisfies (keyof Can)[]

/** What `demand` makes of each right. */
function demanded(actor: Actor, projectId: string | null): Can {
  const passes = (right: keyof Can): boolean => {
    try {
      demand(actor, right, projectId)
      return true
    } catch {
      return false
    }
  }
  return Object.fromEntries(rights.map((right) => [right, passes(right)])) as Can
}

const everybody = panelRoles.flatMap((role) => [null, ...roles].map((own) => ({ role, own })))

describe('what one may', () => {
  it.each(everybody)('is what is demanded: $role in the panel, $own in the project', ({ role, own }) => {
    const actor: Actor = { ...as(role), projects: own === null ? {} : { mine: own } }
    for (const place of ['mine', 'theirs', null]) expect(can(actor, place)).toEqual(demanded(actor, place))
    for (const right of rights)
      expect(mayAnywhere(actor, right)).toBe(can(actor, 'mine')[right] || can(actor, null)[right])
  })
})

describe('views', () => {
  let panel: Awaited<ReturnType<typeof openPanel>>
  beforeAll(async () => {
    panel = await openPanel()
  })
  afterAll(() => panel.close())

  const seeing = kinds.filter((kind) => kind !== 'developer of another project')
  it.each(seeing)('say it to the %s', async (kind) => {
    const { ctx } = panel
    const world = await makeWorld(ctx)
    const { actor } = await enter(ctx, world, kind)
    const expected = can(actor, world.projectId)
    expect((await getEnvironment(ctx, actor, { id: world.environmentId })).can).toEqual(expected)
    expect((await getDeployment(ctx, actor, { id: world.deploymentId })).can).toEqual(expected)
    const { environments } = await readOverview(ctx, actor)
    expect(environments.find(({ id }) => id === world.environmentId)?.can).toEqual(expected)
  })

  it('offer the servers that an environment may be put on: those of own projects, or all', async () => {
    const { ctx } = panel
    const world = await makeWorld(ctx)
    await ctx.db.prisma.server.create({
      data: {
        name: 'elsewhere',
        host: '192.0.2.8',
        user: 'deploy',
        publicKey: 'k',
        privateKey: ctx.secrets.encrypt('k'),
      },
    })
    const offered = async (kind: (typeof kinds)[number]) =>
      (await listServerChoices(ctx, (await enter(ctx, world, kind)).actor)).map(({ id }) => id)
    expect(await offered('project admin')).toEqual([world.serverId])
    expect(await offered('project developer')).toEqual([])
    expect(await offered('admin')).toHaveLength(await ctx.db.prisma.server.count())
  })
})
