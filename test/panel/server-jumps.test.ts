// Which servers may be reached through which, and who stands in whose way.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '@/lib/panel/context.ts'
import { requestDeployment } from '@/lib/panel/deployments.ts'
import * as servers from '@/lib/panel/servers.ts'
import { insertReadyEnvironment } from './deployments.ts'
import { as, openPanel, owner, refused } from './panel.ts'

let ctx: Context
let close: () => Promise<void>
beforeAll(async () => {
  ;({ ctx, close } = await openPanel())
})
afterAll(() => close())
beforeEach(async () => {
  await ctx.db.prisma.environment.deleteMany()
  await ctx.db.prisma.server.updateMany({ data: { jumpId: null } })
  await ctx.db.prisma.server.deleteMany()
  await ctx.db.prisma.auditEntry.deleteMany()
})

const add = async (name: string, jumpId: string | null = null): Promise<string> =>
  (await servers.addServer(ctx, owner, { name, host: `${name}.example`, user: 'deployer', jumpId })).id
const jumpOf = async (id: string) => (await servers.getServer(ctx, owner, { id })).jump

describe('the way to a server', () => {
  it('is said when it is added, changed later, and kept when something else changes', async () => {
    const bastion = await add('bastion')
    const web = await add('web', bastion)
    expect(await jumpOf(web)).toEqual({ id: bastion, name: 'bastion' })
    expect(await servers.updateServer(ctx, owner, { id: web, name: 'web 1' })).toMatchObject({
      name: 'web 1',
      jump: { id: bastion },
    })
    expect((await servers.updateServer(ctx, owner, { id: web, jumpId: '' })).jump).toBeNull()
    expect((await servers.updateServer(ctx, owner, { id: web, jumpId: bastion })).jump).toEqual({
      id: bastion,
      name: 'bastion',
    })
    const { data } = await ctx.db.prisma.auditEntry.findFirstOrThrow({ orderBy: { id: 'desc' } })
    expect(data).toEqual({ jumpId: bastion })
    await expect(servers.updateServer(ctx, as('developer'), { id: web, jumpId: null })).rejects.toMatchObject({
      code: 'not_found',
    })
    await expect(servers.updateServer(ctx, owner, { id: web, name: 'bastion' })).rejects.toEqual(refused('conflict'))
  })

  it('leads through servers of the panel, never in circles, and through three at most', async () => {
    const unknown = '00000000-0000-4000-8000-000000000000'
    await expect(add('lost', unknown)).rejects.toEqual(refused('invalid'))
    const one = await add('one')
    const two = await add('two', one)
    const three = await add('three', two)
    const four = await add('four', three)
    await expect(add('five', four)).rejects.toMatchObject({
      code: 'invalid',
      details: { problems: [{ path: 'jumpId', message: 'A server is reached through 3 others at most.' }] },
    })
    const alone = await add('alone')
    await expect(servers.updateServer(ctx, owner, { id: one, jumpId: alone })).rejects.toEqual(refused('invalid'))
    for (const jumpId of [one, two, three, four])
      await expect(servers.updateServer(ctx, owner, { id: one, jumpId })).rejects.toMatchObject({
        code: 'invalid',
        message: expect.stringContaining('is itself reached through this server'),
      })
  })

  it('never becomes a circle when two people close it at once', async () => {
    const [one, two] = [await add('one'), await add('two')]
    const both = await Promise.allSettled([
      servers.updateServer(ctx, owner, { id: one, jumpId: two }),
      servers.updateServer(ctx, owner, { id: two, jumpId: one }),
    ])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('stays open while somebody needs it', async () => {
    const bastion = await add('bastion')
    const web = await add('web', bastion)
    await expect(servers.removeServer(ctx, owner, { id: bastion })).rejects.toMatchObject({
      code: 'conflict',
      message: 'web can only be reached through this server.',
    })
    await servers.removeServer(ctx, owner, { id: web })
    await servers.removeServer(ctx, owner, { id: bastion })
  })

  it('has to be trusted as a whole before anything is deployed', async () => {
    const environmentId = await insertReadyEnvironment(ctx)
    const { serverId } = await ctx.db.prisma.target.findFirstOrThrow({ where: { environmentId } })
    const bastion = await add('bastion')
    await servers.updateServer(ctx, owner, { id: serverId, jumpId: bastion })
    await expect(requestDeployment(ctx, owner, { environmentId })).rejects.toMatchObject({
      code: 'conflict',
      message: 'Confirm the host key of server “bastion” first.',
    })
  })
})
