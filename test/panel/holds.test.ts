// An environment that is held takes no requests; who, why and until when is said to whoever asks.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '@/lib/panel/context.ts'
import { activateRelease, requestDeployment, rollBack } from '@/lib/panel/deployments.ts'
import { getEnvironment, listEnvironments } from '@/lib/panel/environments.ts'
import { holdEnvironment, liftHold } from '@/lib/panel/holds.ts'
import { insertReadyEnvironment, succeed } from './deployments.ts'
import { as, openPanel, owner, refused } from './panel.ts'

let ctx: Context
let close: () => Promise<void>
let environmentId: string
beforeAll(async () => {
  ;({ ctx, close } = await openPanel())
})
afterAll(() => close())
beforeEach(async () => {
  await ctx.db.prisma.environment.deleteMany()
  environmentId = await insertReadyEnvironment(ctx)
})

const admin = { ...as('admin'), name: 'Ada' }
const inAnHour = () => new Date(Date.now() + 3_600_000)
const entries = () =>
  ctx.db.prisma.auditEntry.findMany({ where: { subject: `environment:${environmentId}` }, orderBy: { id: 'asc' } })

describe('a held environment', () => {
  it('refuses deployments with who, why and until when, and shows it', async () => {
    const until = inAnHour().toISOString()
    await holdEnvironment(ctx, admin, { environmentId, reason: ' The database is moving. ', until })
    const held = { reason: 'The database is moving.', by: 'Ada', until }
    const words = `Ada holds this environment until ${until.slice(0, 16).replace('T', ' ')} UTC: The database is moving.`
    for (const actor of [as('developer'), owner])
      await expect(requestDeployment(ctx, actor, { environmentId })).rejects.toMatchObject({
        code: 'conflict',
        message: words,
        details: { held },
      })
    expect((await getEnvironment(ctx, as('viewer'), { id: environmentId })).hold).toMatchObject(held)
    expect((await listEnvironments(ctx, owner)).find(({ id }) => id === environmentId)?.hold).toMatchObject(held)
    expect(await ctx.db.prisma.deployment.count({ where: { environmentId } })).toBe(0)
  })

  it('takes them again once that is lifted, or the time is over', async () => {
    await holdEnvironment(ctx, admin, { environmentId, reason: 'Wait.' })
    expect((await liftHold(ctx, admin, { environmentId })).hold).toBeNull()
    await requestDeployment(ctx, owner, { environmentId })
    await expect(liftHold(ctx, admin, { environmentId })).rejects.toEqual(refused('conflict'))
    await holdEnvironment(ctx, admin, { environmentId, reason: 'Wait.', until: inAnHour().toISOString() })
    await ctx.db.prisma.environment.update({ where: { id: environmentId }, data: { holdUntil: new Date(1) } })
    expect((await getEnvironment(ctx, owner, { id: environmentId })).hold).toBeNull()
    await requestDeployment(ctx, owner, { environmentId })
    expect((await entries()).map(({ action, data }) => [action, data])).toEqual([
      ['environment.hold', { reason: 'Wait.', by: 'Ada', until: null }],
      ['environment.lift', { reason: 'Wait.', by: 'Ada', until: null }],
      ['environment.hold', { reason: 'Wait.', by: 'Ada', until: expect.any(String) as unknown }],
    ])
  })

  it('answers a request that was made before by its key', async () => {
    const asked = { environmentId, idempotencyKey: 'once' }
    const { id } = await requestDeployment(ctx, owner, asked)
    await holdEnvironment(ctx, admin, { environmentId, reason: 'Wait.' })
    expect((await requestDeployment(ctx, owner, asked)).id).toBe(id)
  })

  it('goes back all the same when an admin forces it, which the audit says', async () => {
    for (let i = 0; i < 2; i += 1) {
      await requestDeployment(ctx, owner, { environmentId })
      await succeed(ctx, 'succeeded')
    }
    await holdEnvironment(ctx, admin, { environmentId, reason: 'Wait.' })
    await expect(rollBack(ctx, admin, { environmentId })).rejects.toEqual(refused('conflict'))
    await expect(activateRelease(ctx, admin, { environmentId, number: 1 })).rejects.toEqual(refused('conflict'))
    await expect(rollBack(ctx, as('developer'), { environmentId, force: true })).rejects.toEqual(refused('forbidden'))
    const { id } = await rollBack(ctx, admin, { environmentId, force: true })
    const { data } = await ctx.db.prisma.auditEntry.findFirstOrThrow({ where: { subject: `deployment:${id}` } })
    expect(data).toMatchObject({ forced: 'Wait.' })
  })

  it('needs a reason, an end that is to come, and somebody who may', async () => {
    const hold = (input: object, actor = admin) => holdEnvironment(ctx, actor, { environmentId, reason: 'x', ...input })
    await expect(hold({ reason: ' ' })).rejects.toEqual(refused('invalid'))
    await expect(hold({ until: '2020-01-01T00:00:00Z' })).rejects.toEqual(refused('invalid'))
    await expect(hold({ until: 'tomorrow' })).rejects.toEqual(refused('invalid'))
    await expect(hold({}, { ...as('developer'), name: 'Dev' })).rejects.toEqual(refused('forbidden'))
    expect(await entries()).toEqual([])
  })
})
