// The loop that works off a queue: woken often, it leaves nothing behind; what goes wrong ends nothing else.
import pg from 'pg'
import pino from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { watchQueue } from '@/lib/worker/watch-queue.ts'
import { testDatabase } from '../database.ts'

let database: Awaited<ReturnType<typeof testDatabase>>
let client: pg.Client
beforeAll(async () => {
  database = await testDatabase({ empty: true })
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await database.drop()
})

const log = pino({ level: 'silent' })
const notify = () => client.query('NOTIFY things')

it('is woken as often as there is something new, and leaves no listener behind', async () => {
  const warnings: string[] = []
  const warned = ({ name }: Error) => void warnings.push(name)
  process.on('warning', warned)
  let looked: () => void = () => {}
  const take = () => {
    looked()
    return Promise.resolve(null)
  }
  const worker = { db: { url: database.url }, log }
  const watching = await watchQueue(worker, { channel: 'things', atOnce: 1, take, work: async () => {}, failed: '' })
  for (let times = 0; times < 20; times += 1) {
    const look = new Promise<void>((resolve) => (looked = resolve))
    await notify()
    await look
  }
  await watching.stop()
  await new Promise(setImmediate)
  process.off('warning', warned)
  expect(warnings).toEqual([])
})

it('works on so many at a time, though some go wrong, and stops when what is under way is over', async () => {
  const due = [1, 2, 3, 4, 5]
  const worked: number[] = []
  let underWay = 0
  let most = 0
  let finish: () => void = () => {}
  const all = new Promise<void>((resolve) => (finish = resolve))
  const work = async (one: number, signal: AbortSignal): Promise<void> => {
    most = Math.max(most, (underWay += 1))
    await notify()
    worked.push(one)
    underWay -= 1
    if (one === 2) throw new Error('not this one')
    if (one !== 5) return
    finish()
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    worked.push(6)
  }
  const take = () => Promise.resolve(due.shift() ?? null)
  const worker = { db: { url: database.url }, log }
  const watching = await watchQueue(worker, { channel: 'things', atOnce: 2, take, work, failed: 'gone wrong' })
  await all
  await watching.stop()
  expect(worked).toEqual([1, 2, 3, 4, 5, 6])
  expect(most).toBe(2)
})
