// Schedules as people keep them.
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Context } from '@/lib/panel/context.ts'
import { addSchedule, listSchedules, removeSchedule, updateSchedule } from '@/lib/panel/schedules.ts'
import { insertReadyEnvironment } from './deployments.ts'
import { as, openPanel, refused } from './panel.ts'

let ctx: Context
let close: () => Promise<void>
let environmentId: string
beforeAll(async () => {
  ;({ ctx, close } = await openPanel())
  environmentId = await insertReadyEnvironment(ctx)
})
afterAll(() => close())
const admin = { ...as('admin'), name: 'Ada' }

it('are kept with when they come next, changed as a whole, and removed', async () => {
  const before = new Date().toISOString()
  const added = await addSchedule(ctx, admin, { environmentId, cron: ' 0 3 * * * ', ref: 'main', onlyNew: false })
  expect(added).toMatchObject({ cron: '0 3 * * *', timeZone: 'UTC', ref: 'main', last: null, createdBy: 'Ada' })
  expect(added.nextAt).toMatch(/T03:00:00.000Z$/)
  expect(added.nextAt > before).toBe(true)
  const { id } = added
  const changed = await updateSchedule(ctx, admin, { id, cron: '30 4 * * *', timeZone: 'Asia/Kolkata' })
  expect(changed).toMatchObject({ cron: '30 4 * * *', ref: null, onlyNew: true })
  expect(changed.nextAt).toMatch(/T23:00:00.000Z$/)
  expect(await listSchedules(ctx, as('viewer'), { environmentId })).toEqual([changed])
  await removeSchedule(ctx, admin, { id })
  await expect(removeSchedule(ctx, admin, { id })).rejects.toEqual(refused('not_found'))
  expect(await listSchedules(ctx, as('viewer'), { environmentId })).toEqual([])
  const entries = await ctx.db.prisma.auditEntry.findMany({ orderBy: { id: 'asc' } })
  expect(entries.map(({ action }) => action)).toEqual(['schedule.add', 'schedule.update', 'schedule.remove'])
})

it('need times that come, a zone that there is, and somebody who may', async () => {
  const add = (input: object, actor = admin) => addSchedule(ctx, actor, { environmentId, cron: '0 3 * * *', ...input })
  await expect(add({ cron: '0 0 30 2 *' })).rejects.toMatchObject({ message: 'This time never comes.' })
  await expect(add({ cron: 'at night' })).rejects.toEqual(refused('invalid'))
  await expect(add({ timeZone: 'Mars/Olympus' })).rejects.toEqual(refused('invalid'))
  await expect(add({ ref: '--upload-pack=x' })).rejects.toEqual(refused('invalid'))
  await expect(add({}, { ...as('developer'), name: 'Dev' })).rejects.toEqual(refused('forbidden'))
})

it('are at most fifty of an environment', async () => {
  const own = await insertReadyEnvironment(ctx)
  const row = { environmentId: own, cron: '0 3 * * *', timeZone: 'UTC', nextAt: new Date(), createdBy: 'Ada' }
  await ctx.db.prisma.schedule.createMany({ data: Array.from({ length: 49 }, () => row) })
  const add = () => addSchedule(ctx, admin, { environmentId: own, cron: '0 3 * * *' })
  await add()
  await expect(add()).rejects.toEqual(refused('conflict'))
})
