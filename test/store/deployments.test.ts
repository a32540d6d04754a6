import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createSHA256 } from 'hash-wasm'
import { LostClaim, claim, letGo, renew, writeAs } from '@/lib/store/claims.ts'
import type { Claim } from '@/lib/store/claims.ts'
import { openDatabase } from '@/lib/store/database.ts'
import type { Database } from '@/lib/store/database.ts'
import { requestCancel } from '@/lib/store/wishes.ts'
import { readEvents } from '@/lib/store/events.ts'
import { listen } from '@/lib/store/listen.ts'
import { appendLog, chunkLimit, logStart, readChunks, readPositions } from '@/lib/store/logs.ts'
import { readSegments, recordEnd, recordJournal, recordSent } from '@/lib/store/segments.ts'
import { answerAsk, refuseAsk, takeAsk } from '@/lib/store/asks.ts'
import { farewell, hasWorker, heartbeat } from '@/lib/store/workers.ts'
import { reduce } from '@/lib/deploy/reducer.ts'
import { testDatabase } from '../database.ts'
import type { TestDatabase } from '../database.ts'
import { insertEnvironment, request } from './fixtures.ts'

let own: TestDatabase
let db: Database
let environmentId: string

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
  environmentId = await insertEnvironment(db)
})

async function finish(held: Claim): Promise<void> {
  await writeAs(db, held, (write) => write.append({ type: 'finished', data: { status: 'succeeded', failure: null } }))
}
async function claimed(): Promise<Claim> {
  const held = await claim(db, 'w')
  if (!held) throw new Error('nothing to claim')
  return held
}
const runOut = (id: string) =>
  db.pool.query(`UPDATE "Deployment" SET "leaseUntil" = now() - interval '1 second' WHERE "id" = $1`, [id])

describe('a request', () => {
  test('gets the next number of its environment, an event and an audit entry', async () => {
    const made = await Promise.all([1, 2, 3].map(() => request(db, environmentId)))
    expect(made.map((one) => one.number).sort()).toEqual([1, 2, 3])
    const events = await readEvents(db.pool, made[0]!.id)
    expect(events).toMatchObject([{ seq: 1, type: 'requested', data: { by: 'Ada', kind: 'deploy' } }])
    const entry = await db.prisma.auditEntry.findFirstOrThrow({ where: { subject: `deployment:${made[0]!.id}` } })
    expect(entry).toMatchObject({ actor: 'user:1', actorName: 'Ada', action: 'deployment.deploy' })
  })

  test('with a key that was used gives the deployment made with it', async () => {
    const [first, second] = await Promise.all([1, 2].map(() => request(db, environmentId, { idempotencyKey: 'k' })))
    expect(second).toEqual(first)
    expect(await request(db, environmentId)).toMatchObject({ number: 2 })
  })
})

describe('a claim', () => {
  test('goes to one worker only, oldest first, one an environment', async () => {
    const one = await request(db, environmentId)
    const two = await request(db, environmentId)
    const other = await request(db, await insertEnvironment(db, 'staging'))
    const claims = await Promise.all(['a', 'b', 'c', 'd'].map((worker) => claim(db, worker)))
    // Workers that looked at a row which another had locked come back empty-handed and try again later.
    const again = await Promise.all(['a', 'b'].map((worker) => claim(db, worker)))
    const taken = [...claims, ...again].flatMap((held) => (held ? [held] : []))
    expect(taken.map((held) => held.deploymentId).sort()).toEqual([one.id, other.id].sort())
    await finish(taken.find((held) => held.deploymentId === one.id)!)
    expect(await claim(db, 'a')).toMatchObject({ deploymentId: two.id, number: 2, attempt: 1, isTakeOver: false })
  })

  test('that ran out can be taken over; the first holder can write nothing more', async () => {
    const { id } = await request(db, environmentId)
    const first = await claimed()
    await renew(db, first)
    expect(await claim(db, 'b')).toBeNull()
    await runOut(id)
    const second = await claimed()
    expect(second).toMatchObject({ deploymentId: id, attempt: 2, isTakeOver: true })
    expect(second.epoch).toBeGreaterThan(first.epoch)
    const note = { type: 'note', data: { level: 'note', code: 'x', message: 'x' } } as const
    await expect(writeAs(db, first, (write) => write.append(note))).rejects.toThrow(LostClaim)
    await expect(renew(db, first)).rejects.toThrow(LostClaim)
    const next = { rawOffset: 1, hashState: new Uint8Array(1) }
    await expect(appendLog(db, first, { segment: 'main', step: 1 }, logStart, Buffer.from('x'), next)).rejects.toThrow(
      LostClaim,
    )
    await letGo(db, first)
    await renew(db, second)
    expect((await readEvents(db.pool, id)).map((event) => event.type)).toEqual(['requested', 'claimed', 'claimed'])
    expect(await readChunks(db.pool, { deploymentId: id })).toEqual([])
  })

  test('that was let go is free at once', async () => {
    await request(db, environmentId)
    await letGo(db, await claimed())
    expect(await claim(db, 'b')).toMatchObject({ attempt: 2, isTakeOver: true })
  })

  test('ends when the deployment does', async () => {
    await request(db, environmentId)
    const held = await claimed()
    await finish(held)
    await expect(renew(db, held)).rejects.toThrow(LostClaim)
    await expect(finish(held)).rejects.toThrow(LostClaim)
  })

  test('a write that throws leaves nothing', async () => {
    const { id } = await request(db, environmentId)
    const held = await claimed()
    const broken = writeAs(db, held, async (write) => {
      await write.append({ type: 'planned', data: { planHash: 'f', release: 'r' } })
      throw new Error('stop')
    })
    await expect(broken).rejects.toThrow('stop')
    expect((await readEvents(db.pool, id)).at(-1)).toMatchObject({ seq: 2, type: 'claimed' })
  })
})

test('projections say what the fold of all events says', async () => {
  const { id } = await request(db, environmentId)
  const held = await claimed()
  await writeAs(db, held, (write) =>
    write.append(
      { type: 'resolved', data: { revision: 'ab12cd3', subject: 'NUL \0 and \ud800', author: 'A', ref: 'main' } },
      { type: 'planned', data: { planHash: 'f00', release: 'r1' } },
      { type: 'committed', data: { segment: 'main', release: 'r1', at: 1_000 } },
    ),
  )
  const failure = { code: 'command_failed', step: 'after.pull', exit: 1, message: 'It failed.' } as const
  await writeAs(db, held, (write) => write.append({ type: 'finished', data: { status: 'failed', failure } }))
  const state = reduce(await readEvents(db.pool, id))
  const row = await db.prisma.deployment.findUniqueOrThrow({ where: { id } })
  expect(row).toMatchObject({
    status: state.status,
    failure: state.failure,
    planHash: state.planHash,
    nextSeq: state.seq + 1,
  })
  expect(row).toMatchObject({ revision: state.commit?.revision, commitAt: new Date(state.committed!.at) })
  expect(state.commit?.subject).toBe('NUL \ufffd and \ufffd')
})

describe('a wish to cancel', () => {
  const by = { by: 'user:1', byName: 'Ada' }
  test('ends a queued deployment at once', async () => {
    const { id } = await request(db, environmentId)
    expect(await requestCancel(db, { deploymentId: id, ...by })).toBe('cancelled')
    expect(await claim(db, 'w')).toBeNull()
    await expect(requestCancel(db, { deploymentId: id, ...by })).rejects.toMatchObject({ code: 'conflict' })
  })

  test('is noted once for a running one', async () => {
    const { id } = await request(db, environmentId)
    const held = await claimed()
    expect(await renew(db, held)).toEqual({ cancelRequested: false, givenUp: false })
    expect(await requestCancel(db, { deploymentId: id, ...by })).toBe('running')
    expect(await requestCancel(db, { deploymentId: id, ...by })).toBe('running')
    expect(await renew(db, held)).toEqual({ cancelRequested: true, givenUp: false })
    expect((await readEvents(db.pool, id)).filter((event) => event.type === 'cancel.requested')).toHaveLength(1)
  })
})

describe('the log', () => {
  test('is cut into chunks at lines, with offsets and line numbers, and its position moves along', async () => {
    const { id } = await request(db, environmentId)
    const held = await claimed()
    const text = Buffer.from(`${'x'.repeat(1000)}é\n`.repeat(200))
    const hash = await createSHA256()
    hash.init().update(text)
    const step = { segment: 'main', step: 2 }
    const half = await appendLog(db, held, step, logStart, text, { rawOffset: text.length, hashState: hash.save() })
    await appendLog(db, held, step, half, Buffer.from('end'), {
      rawOffset: text.length + 3,
      hashState: hash.update('end').save(),
    })
    const chunks = await readChunks(db.pool, { deploymentId: id })
    expect(Buffer.concat(chunks.map((chunk) => chunk.bytes)).toString()).toBe(`${text.toString()}end`)
    for (const chunk of chunks) expect(chunk.bytes.length).toBeLessThanOrEqual(chunkLimit)
    expect(chunks.map((chunk) => chunk.firstLine)).toEqual([0, 65, 130, 195, 200])
    const position = (await readPositions(db.pool, id, 'main')).get(2)!
    expect(position).toMatchObject({ rawOffset: text.length + 3, outOffset: text.length + 3, lines: 200 })
    const resumed = await createSHA256()
    resumed.load(position.hashState!)
    expect(resumed.digest('hex')).toBe(hash.digest('hex'))
  })

  test('never cuts a character in two, even without line ends', async () => {
    const { id } = await request(db, environmentId)
    const held = await claimed()
    const text = Buffer.from('a' + '€'.repeat(50_000))
    await appendLog(db, held, { segment: 'main', step: 1 }, logStart, text, {
      rawOffset: 1,
      hashState: new Uint8Array(1),
    })
    const chunks = await readChunks(db.pool, { deploymentId: id, segment: 'main', step: 1 })
    expect(chunks.map((chunk) => Buffer.from(chunk.bytes).toString()).join('')).toBe(text.toString())
    const more = await readChunks(db.pool, { deploymentId: id, afterChunk: chunks[0]!.id, limit: 1 })
    expect(more.map((chunk) => chunk.id)).toEqual([chunks[1]!.id])
  })
})

test('segments remember how far their journal was read', async () => {
  const { id } = await request(db, environmentId)
  const held = await claimed()
  await writeAs(db, held, (write) => recordSent(write, 'main', 't1'))
  await writeAs(db, held, (write) => recordJournal(write, 'main', 120))
  await writeAs(db, held, (write) => recordSent(write, 'main', 't1'))
  expect((await readSegments(db.pool, id)).get('main')).toMatchObject({
    state: 'sent',
    journalOffset: 120,
    targetId: 't1',
  })
  await writeAs(db, held, (write) => recordEnd(write, 'main', 'ended', 'ok'))
  expect((await readSegments(db.pool, id)).get('main')).toMatchObject({ state: 'ended', outcome: 'ok' })
})

test('an ask goes to one worker and its answer wakes the asker', async () => {
  const told: string[] = []
  let wake = (): void => {}
  const twoAnswers = new Promise<void>((resolve) => (wake = resolve))
  const hear = (id: string): void => {
    if (told.push(id) === 2) wake()
  }
  const listening = await listen(own.url, { channels: { fairlead_answer: hear }, onGap: () => {} })
  const deadlineAt = new Date(Date.now() + 60_000)
  for (const kind of ['check', 'refs']) await db.prisma.ask.create({ data: { kind, input: {}, deadlineAt } })
  await db.prisma.ask.create({ data: { kind: 'late', input: {}, deadlineAt: new Date(Date.now() - 1000) } })
  const taken = [...(await Promise.all([takeAsk(db), takeAsk(db)])), await takeAsk(db), await takeAsk(db)]
  const asks = taken.flatMap((ask) => (ask ? [ask] : []))
  expect(asks.map((ask) => ask.kind).sort()).toEqual(['check', 'refs'])
  await answerAsk(db, asks[0]!.id, { ok: true })
  await refuseAsk(db, asks[1]!.id, { code: 'not_found', message: 'No.' })
  await twoAnswers
  await listening.close()
  expect(told).toEqual(asks.map((ask) => ask.id))
  const rows = await db.prisma.ask.findMany({ orderBy: { state: 'asc' } })
  expect(rows.map((row) => row.state)).toEqual(['answered', 'asked', 'refused'])
})

test('listeners are told to read again when their connection was lost', async () => {
  let gaps = 0
  let heard = (): void => {}
  const listening = await listen(own.url, {
    channels: { fairlead_queue: () => heard() },
    onGap: () => {
      gaps++
      heard()
    },
  })
  expect(gaps).toBe(1)
  const again = new Promise<void>((resolve) => (heard = resolve))
  await db.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'fairlead listen' AND datname = current_database()`,
  )
  await again
  expect(gaps).toBe(2)
  const notified = new Promise<void>((resolve) => (heard = resolve))
  await request(db, environmentId)
  await notified
  await listening.close()
})

test('a worker is alive while it says so', async () => {
  expect(await hasWorker(db)).toBe(false)
  await heartbeat(db, { id: 'w', hostname: 'h', version: '1' })
  await heartbeat(db, { id: 'w', hostname: 'h', version: '1' })
  expect(await hasWorker(db)).toBe(true)
  await farewell(db, 'w')
  expect(await hasWorker(db)).toBe(false)
})
