// Two webs and three workers, which are processes of their own with clocks hours apart, on one database.
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '@/lib/store/database.ts'
import type { Database } from '@/lib/store/database.ts'
import { readEvents } from '@/lib/store/events.ts'
import { listen } from '@/lib/store/listen.ts'
import { testDatabase } from '../database.ts'
import type { TestDatabase } from '../database.ts'
import { openRelay } from '../ssh/relay.ts'
import { insertEnvironment, request } from '../store/fixtures.ts'

const hourMs = 3_600_000
let own: TestDatabase
let webs: Database[]
let relay: Awaited<ReturnType<typeof openRelay>>
let workers: ChildProcess[]
/** What a worker waits for; answered at once unless a test holds it back. */
let opened: (worker: ChildProcess, url: string) => void

const answer = (worker: ChildProcess, url: string): void => void worker.send({ isGone: url })

beforeAll(async () => {
  own = await testDatabase()
  webs = [openDatabase(own.url, { size: 20 }), openDatabase(own.url, { size: 20 })]
  const { hostname, port } = new URL(own.url)
  relay = await openRelay({ id: 'db', host: hostname, port: Number(port), user: '', privateKey: '', hostKey: null })
  const through = new URL(own.url)
  through.host = `${relay.address.host}:${relay.address.port}`
  opened = answer
  workers = [0, hourMs, -hourMs].map((shift) => {
    const env = { ...process.env, CLOCK_SHIFT_MS: `${shift}` }
    const options = { env, execArgv: ['--import', 'tsx'] }
    const worker = fork(join(import.meta.dirname, 'process-worker.ts'), [through.href], options)
    worker.on('message', (told: { opens?: string }) => told.opens !== undefined && opened(worker, told.opens))
    return worker
  })
  await Promise.all(workers.map((worker) => once(worker, 'message')))
})
afterAll(async () => {
  for (const worker of workers) {
    const gone = once(worker, 'exit')
    worker.kill('SIGKILL')
    await gone
  }
  await relay.close()
  await Promise.all(webs.map((web) => web.close()))
  await own.drop()
})

/** Resolves once every deployment of the environments has ended. */
async function allEnded(environments: string[]): Promise<void> {
  let wake = (): void => {}
  const listening = await listen(own.url, { channels: { fairlead_deployment: () => wake() }, onGap: () => wake() })
  try {
    for (;;) {
      const woken = new Promise<void>((resolve) => (wake = resolve))
      const where = { environmentId: { in: environments }, status: { in: ['queued', 'running'] } }
      if ((await webs[0]!.prisma.deployment.count({ where })) === 0) return
      await woken
    }
  } finally {
    await listening.close()
  }
}

/** Each ended once, by the last who held it; those of one environment one after the other. */
async function expectOnce(environmentId: string, count: number): Promise<void> {
  const found = await webs[0]!.prisma.deployment.findMany({ where: { environmentId }, orderBy: { number: 'asc' } })
  expect(found.map(({ number, status }) => [number, status])).toEqual(
    Array.from({ length: count }, (_, index) => [index + 1, 'failed']),
  )
  let last = new Date(0)
  for (const { id, attempt, startedAt } of found) {
    const events = await readEvents(webs[0]!.pool, id)
    const attempts = events.flatMap((event) => (event.type === 'claimed' ? [event.data.attempt] : []))
    expect(attempts).toEqual(Array.from({ length: attempt }, (_, index) => index + 1))
    expect(events.filter(({ type }) => type === 'finished')).toHaveLength(1)
    expect(events.at(-1)?.type).toBe('finished')
    expect(startedAt!.getTime()).toBeGreaterThanOrEqual(last.getTime())
    last = new Date(events.at(-1)!.at)
  }
}

async function environments(count: number): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, () => insertEnvironment(webs[0]!)))
}

/** Wishes of everybody at once; those for one environment one after the other, by turns at each web. */
async function requestAll(ids: string[], count: number): Promise<void> {
  const requestFor = async (id: string): Promise<void> => {
    for (let index = 0; index < count; index += 1) await request(webs[index % 2]!, id)
  }
  await Promise.all(ids.map(requestFor))
}

test('each of ninety deployments, wished for at once, is flown once, and in its turn', async () => {
  const ids = await environments(30)
  await requestAll(ids, 3)
  await allEnded(ids)
  for (const id of ids) await expectOnce(id, 3)
})

test('lines to the database that break in the middle of it change nothing of that', async () => {
  const ids = await environments(12)
  let count = 0
  opened = (worker, url) => {
    if ((count += 1) % 8 === 0) relay.cut()
    answer(worker, url)
  }
  await requestAll(ids, 2)
  await allEnded(ids)
  opened = answer
  for (const id of ids) await expectOnce(id, 2)
})

test('a worker that is stopped past its lease and woken writes nothing more', async () => {
  const [id = ''] = await environments(1)
  let holds: (worker: ChildProcess) => void = () => {}
  const held = new Promise<ChildProcess>((resolve) => (holds = resolve))
  const second = new Promise<[ChildProcess, string]>((resolve) => {
    const before = new Set<ChildProcess>()
    opened = (worker, url) => {
      before.add(worker)
      holds(worker)
      if (before.size === 2) resolve([worker, url])
    }
  })
  const { id: deployment } = await request(webs[0]!, id)
  const stopped = await held
  stopped.kill('SIGSTOP')
  const expire = `UPDATE "Deployment" SET "leaseUntil" = clock_timestamp() - interval '1 second' WHERE "id" = $1`
  await webs[1]!.pool.query(expire, [deployment])
  const [other, url] = await second
  expect(other).not.toBe(stopped)
  // Woken, the first finds its answer waiting, and that the deployment is another's.
  answer(stopped, url)
  stopped.kill('SIGCONT')
  answer(other, url)
  await allEnded([id])
  opened = answer
  await expectOnce(id, 1)
  // It works on, on what is its own.
  const [next = ''] = await environments(1)
  await requestAll([next], 1)
  await allEnded([next])
  await expectOnce(next, 1)
})
