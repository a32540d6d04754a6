// In a freeze nothing can be asked for; why and until when is said to whoever asks.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '@/lib/panel/context.ts'
import { requestDeployment, rollBack } from '@/lib/panel/deployments.ts'
import { getEnvironment, listEnvironments } from '@/lib/panel/environments.ts'
import { addFreeze, listFreezes, removeFreeze } from '@/lib/panel/freezes.ts'
import { insertReadyEnvironment, succeed } from './deployments.ts'
import { as, openPanel, owner, refused } from './panel.ts'

let ctx: Context
let close: () => Promise<void>
let environmentId: string
let projectId: string
beforeAll(async () => {
  ;({ ctx, close } = await openPanel())
})
afterAll(() => close())
beforeEach(async () => {
  await ctx.db.prisma.freeze.deleteMany()
  await ctx.db.prisma.environment.deleteMany()
  environmentId = await insertReadyEnvironment(ctx)
  ;({ projectId } = await ctx.db.prisma.environment.findUniqueOrThrow({ where: { id: environmentId } }))
})

const admin = { ...as('admin'), name: 'Ada' }
const hours = (from: number) => new Date(Date.now() + from * 3_600_000).toISOString()
const once = (from: number, until: number) => ({ kind: 'once' as const, from: hours(from), until: hours(until) })

describe('a freeze', () => {
  it('refuses deployments with why and until when, and shows it', async () => {
    const window = once(-1, 2)
    await addFreeze(ctx, admin, { projectId, reason: 'Trade fair', window: once(-1, 1) })
    await addFreeze(ctx, admin, { projectId, environmentId, reason: 'Inventory', window })
    const words = `Nothing is deployed here until ${window.until.slice(0, 16).replace('T', ' ')} UTC: Inventory`
    const frozen = { reason: 'Inventory', until: window.until }
    for (const actor of [as('developer'), owner])
      await expect(requestDeployment(ctx, actor, { environmentId })).rejects.toMatchObject({
        code: 'conflict',
        message: words,
        details: { frozen },
      })
    expect((await getEnvironment(ctx, as('viewer'), { id: environmentId })).freeze).toEqual(frozen)
    expect((await listEnvironments(ctx, owner)).find(({ id }) => id === environmentId)?.freeze).toEqual(frozen)
    expect(await ctx.db.prisma.deployment.count({ where: { environmentId } })).toBe(0)
  })

  it('is for its environment or its project alone, and for its window', async () => {
    const other = await insertReadyEnvironment(ctx)
    const elsewhere = await ctx.db.prisma.environment.findUniqueOrThrow({ where: { id: other } })
    await addFreeze(ctx, admin, { projectId: elsewhere.projectId, reason: 'Elsewhere', window: once(-1, 1) })
    await addFreeze(ctx, admin, { projectId, reason: 'Later', window: once(1, 2) })
    expect((await getEnvironment(ctx, owner, { id: environmentId })).freeze).toBeNull()
    await requestDeployment(ctx, owner, { environmentId })
    await expect(requestDeployment(ctx, owner, { environmentId: other })).rejects.toEqual(refused('conflict'))
  })

  it('is listed with what it counts until, and is over once it is removed', async () => {
    const { id } = await addFreeze(ctx, admin, { projectId, environmentId, reason: 'Wait', window: once(-1, 1) })
    await addFreeze(ctx, admin, { projectId, reason: 'Later', window: once(1, 2) })
    const listed = await listFreezes(ctx, as('viewer'), { projectId })
    expect(listed.map(({ reason, until, createdBy }) => [reason, until !== null, createdBy])).toEqual([
      ['Wait', true, 'Ada'],
      ['Later', false, 'Ada'],
    ])
    await removeFreeze(ctx, admin, { id })
    await requestDeployment(ctx, owner, { environmentId })
    await expect(removeFreeze(ctx, admin, { id })).rejects.toEqual(refused('not_found'))
    const entries = await ctx.db.prisma.auditEntry.findMany({ where: { subject: `environment:${environmentId}` } })
    expect(entries.map(({ action }) => action).sort()).toEqual(['freeze.add', 'freeze.remove'])
  })

  it('lets a roll back through that an admin forces, which the audit says', async () => {
    for (let i = 0; i < 2; i += 1) {
      await requestDeployment(ctx, owner, { environmentId })
      await succeed(ctx, 'succeeded')
    }
    await addFreeze(ctx, admin, { projectId, reason: 'Wait', window: once(-1, 1) })
    await expect(rollBack(ctx, admin, { environmentId })).rejects.toEqual(refused('conflict'))
    await expect(rollBack(ctx, as('developer'), { environmentId, force: true })).rejects.toEqual(refused('forbidden'))
    const { id } = await rollBack(ctx, admin, { environmentId, force: true })
    const { data } = await ctx.db.prisma.auditEntry.findFirstOrThrow({ where: { subject: `deployment:${id}` } })
    expect(data).toMatchObject({ forced: 'Wait' })
  })

  it('is one of at most a hundred of a project', async () => {
    const row = { projectId, reason: 'x', window: once(-2, -1), createdBy: 'Ada' }
    await ctx.db.prisma.freeze.createMany({ data: Array.from({ length: 99 }, () => row) })
    const add = () => addFreeze(ctx, admin, { projectId, reason: 'x', window: once(0, 1) })
    await add()
    await expect(add()).rejects.toEqual(refused('conflict'))
  })

  it('needs a window that is to come, of an environment of the project, and somebody who may', async () => {
    const add = (input: object, actor = admin) =>
      addFreeze(ctx, actor, { projectId, reason: 'x', window: once(0, 1), ...input })
    const foreign = await insertReadyEnvironment(ctx)
    await expect(add({ window: once(-2, -1) })).rejects.toEqual(refused('invalid'))
    await expect(add({ window: once(2, 1) })).rejects.toEqual(refused('invalid'))
    await expect(add({ environmentId: foreign })).rejects.toEqual(refused('invalid'))
    await expect(add({ reason: ' ' })).rejects.toEqual(refused('invalid'))
    await expect(add({}, { ...as('developer'), name: 'Dev' })).rejects.toEqual(refused('forbidden'))
    expect(await listFreezes(ctx, owner, { projectId })).toEqual([])
  })
})
