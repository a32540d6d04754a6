import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { NewEvent } from '@/lib/deploy/events.ts'
import { reduce } from '@/lib/deploy/reducer.ts'
import { claim, renew, writeAs } from '@/lib/store/claims.ts'
import type { Claim } from '@/lib/store/claims.ts'
import { openDatabase } from '@/lib/store/database.ts'
import type { Database } from '@/lib/store/database.ts'
import { giveUp, letOthersFollow, requestCancel } from '@/lib/store/wishes.ts'
import { readEvents } from '@/lib/store/events.ts'
import { testDatabase } from '../database.ts'
import type { TestDatabase } from '../database.ts'
import { insertEnvironment, request } from './fixtures.ts'

let own: TestDatabase
let db: Database
let held: Claim

beforeAll(async () => {
  own = await testDatabase()
  db = openDatabase(own.url)
})
afterAll(async () => {
  await db.close()
  await own.drop()
})
beforeEach(async () => {
  await db.pool.query('DELETE FROM "Project"')
  await request(db, await insertEnvironment(db))
  held = (await claim(db, 'worker'))!
})

const by = () => ({ deploymentId: held.deploymentId, by: 'user:1', byName: 'Ada' })
const conflict = expect.objectContaining({ code: 'conflict' })
const write = (...events: NewEvent[]) =>
  writeAs(db, held, async (written) => {
    for (const event of events) await written.append(event)
  })
const state = async () => reduce(await readEvents(db.pool, held.deploymentId))
const actions = async () =>
  (
    await db.prisma.auditEntry.findMany({
      where: { subject: `deployment:${held.deploymentId}` },
      orderBy: { id: 'asc' },
    })
  )
    .map(({ action, data }) => ({ action, data }))
    .slice(1)
const waits: NewEvent = { type: 'batch.waiting', data: { batch: 2, until: null } }
const names: Record<string, string> = { two: 'web-2' }
const looks = (segment: string, targetId: string): NewEvent[] => [
  { type: 'segment.sent', data: { segment, targetId, server: names[targetId] ?? targetId } },
  { type: 'segment.looking', data: { segment, reason: 'cut', lastSeenAt: '2026-11-21T03:46:00Z' } },
]
const isFleet = () =>
  db.pool.query(`UPDATE "Deployment" SET "plan" = '{"fleet": {}}' WHERE "id" = $1`, [held.deploymentId])

describe('cancelling', () => {
  test.each([undefined, true, false])(
    'is told whether what has switched stays (%s), and the first who says it has chosen',
    async (keep) => {
      await requestCancel(db, { ...by(), keep })
      await requestCancel(db, { ...by(), keep: keep !== true })
      const { cancel } = await state()
      expect(cancel).toEqual({ by: 'Ada', at: expect.any(String), ...(keep === undefined ? {} : { keep }) })
      expect(await actions()).toEqual([{ action: 'deployment.cancel', data: keep === undefined ? {} : { keep } }])
    },
  )
})

describe('letting the other servers follow the first', () => {
  test('is an event, once, with its audit entry', async () => {
    await write(waits)
    await Promise.all([letOthersFollow(db, by()), letOthersFollow(db, by())])
    expect(await state()).toMatchObject({ waiting: null, continued: { by: 'Ada' } })
    expect(await actions()).toEqual([{ action: 'deployment.continue', data: {} }])
  })

  test('is refused where nothing waits, where it ends, and where it has ended', async () => {
    await expect(letOthersFollow(db, by())).rejects.toEqual(conflict)
    await write(waits)
    await requestCancel(db, by())
    await expect(letOthersFollow(db, by())).rejects.toEqual(conflict)
    await write({ type: 'finished', data: { status: 'cancelled', failure: null } })
    await expect(letOthersFollow(db, by())).rejects.toEqual(conflict)
    expect((await state()).continued).toBeNull()
  })
})

describe('giving up a server', () => {
  test('of several is about that one, and needs no cancel', async () => {
    await isFleet()
    await write(...looks('ship-1', 'one'), ...looks('ship-2', 'two'))
    await giveUp(db, { ...by(), targetId: 'two' })
    await giveUp(db, { ...by(), targetId: 'two' })
    expect(await state()).toMatchObject({ givenUp: null, givenUpTargets: [{ targetId: 'two', by: 'Ada' }] })
    expect(await actions()).toEqual([{ action: 'deployment.give-up', data: { server: 'web-2' } }])
    await requestCancel(db, by())
    expect(await renew(db, held)).toEqual({ cancelRequested: true, givenUp: false })
    await giveUp(db, by())
    expect(await renew(db, held)).toEqual({ cancelRequested: true, givenUp: true })
  })

  test('is refused while nobody looks for it', async () => {
    await isFleet()
    await write(...looks('ship-1', 'one'))
    await expect(giveUp(db, { ...by(), targetId: 'two' })).rejects.toEqual(conflict)
    await write({ type: 'segment.attached', data: { segment: 'ship-1' } })
    await expect(giveUp(db, { ...by(), targetId: 'one' })).rejects.toEqual(conflict)
  })

  test('that is the only one is giving up the deployment, which is cancelled first', async () => {
    await write(...looks('main', 'one'))
    await expect(giveUp(db, { ...by(), targetId: 'one' })).rejects.toEqual(conflict)
    await requestCancel(db, by())
    await expect(giveUp(db, { ...by(), targetId: 'two' })).rejects.toEqual(conflict)
    await giveUp(db, { ...by(), targetId: 'one' })
    expect(await state()).toMatchObject({ givenUp: { by: 'Ada' }, givenUpTargets: [] })
  })
})
