// The model sees what it is there for: with any part of the fence taken out, it finds a way to harm.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { claim, renew, writeAs } from '@/lib/store/claims.ts'
import type { Database } from '@/lib/store/database.ts'
import { testDatabase } from '../database.ts'
import type { TestDatabase } from '../database.ts'
import { Ledger, realStore } from './ledger.ts'
import type { Store } from './ledger.ts'
import { realRules } from './server.ts'
import type { Rules } from './server.ts'
import { retrace, shorten, walk } from './walk.ts'
import type { Ground, Walk } from './walk.ts'

/** The same database, told something else than `part` wherever that is said. */
function altered(db: Database, part: string, by: string): Database {
  const alter = (text: string): string => text.replace(part, by)
  const pool = {
    query: (text: string, values?: unknown[]) => db.pool.query(alter(text), values),
    async connect() {
      const client = await db.pool.connect()
      const query = (text: string, values?: unknown[]) => client.query(alter(text), values)
      return { query, release: (error?: Error) => client.release(error) }
    },
  }
  return { pool } as unknown as Database
}

const runOut = `(d."leaseUntil" IS NULL OR d."leaseUntil" < clock_timestamp())`
const inTurn = `AND o."status" IN ('queued', 'running') AND o."number" < d."number"`
type Broken = { store?: Partial<Store>; rules?: Partial<Rules>; way?: string[]; seen: RegExp }

/** A deployment whose segment is on its way when the server can't be reached any more; it is cancelled and given up, and the next begins. */
const givenUp = (isStarted: boolean): string[] => [
  ...['web: request', 'web: request', 'a: claim', 'a: write', 'a: asks', 'a: write', 'a: asks'],
  ...(isStarted ? ['start 1/main with epoch 1 arrives'] : ['start 1/main with epoch 1 is late', 'a: write']),
  'server: falls off the network',
  ...(isStarted ? ['a: hears nothing', 'a: write'] : []),
  ...['web: cancel 1', 'a: renews', 'web: give up 1', 'a: renews', 'a: finds nobody', 'a: write', 'a: write'],
  ...['server: is reached again', 'b: claim', 'b: write', 'b: asks', 'b: write', 'b: asks'],
  'start 2/main with epoch 2 arrives',
]
/** A segment is on its way from a worker that is held up; another finds nothing on the server, and calls it off. */
const calledOff = [
  ...['web: request', 'a: claim', 'a: write', 'a: asks', 'a: write', 'a: asks', 'lease of 1 runs out', 'web: cancel 1'],
  ...['b: claim', 'b: asks', 'adopt 1/main with epoch 2 arrives', 'b: renews', 'b: asks'],
  ...['cancel 1/main with epoch 2 arrives', 'b: write', 'start 1/main with epoch 1 arrives', 'b: write'],
]

const begun = ['web: request', 'a: claim', 'a: write', 'a: asks', 'a: write', 'a: asks']
const arrives = 'start 1/main with epoch 1 arrives'
/** A segment is late, is looked for and sent again, and then both arrive. */
const sentTwice = [
  ...[...begun, 'start 1/main with epoch 1 is late', 'a: write', 'a: asks', 'attach 1/main with epoch 1 arrives'],
  ...['a: asks', arrives, arrives],
]
/** The hook after the switch fails. */
const goesBack = [...begun, arrives, ...Array<string>(5).fill('server: 1/main goes on'), 'server: hook of 1/main fails']

const broken: [string, Broken][] = [
  [
    'a write does not compare attempts',
    {
      store: {
        writeAs: (db, held, work) =>
          writeAs(altered(db, `"status", "attempt" FROM`, `"status", ${held.attempt} AS "attempt" FROM`), held, work),
      },
      seen: /attempt \d wrote to \d, which is at \d/,
    },
  ],
  [
    'a renewal does not compare attempts',
    {
      store: { renew: (db, held) => renew(altered(db, `"attempt" = $2`, '$2::int > 0'), held) },
      seen: /attempt \d wrote to \d, which is at \d/,
    },
  ],
  [
    'a claim does not look at the lease',
    { store: { claim: (db, name) => claim(altered(db, runOut, 'true'), name) }, seen: /before its lease ran out/ },
  ],
  [
    'a claim does not look at those before',
    { store: { claim: (db, name) => claim(altered(db, inTurn, 'AND false'), name) }, seen: /began before its turn/ },
  ],
  [
    'a segment that is there is started again',
    { rules: { startsOnce: false }, way: sentTwice, seen: /1\/main ran twice/ },
  ],
  [
    'a server refuses the epoch that it knows',
    { rules: { isStale: (seen, epoch) => seen >= epoch }, way: goesBack, seen: /knows a later claim/ },
  ],
  [
    'a server does not compare epochs',
    {
      rules: { isStale: () => false },
      way: [...givenUp(false), 'start 1/main with epoch 1 arrives'],
      seen: /one began after a later one had/,
    },
  ],
  ['a start leaves older segments running', { rules: { reaps: false }, way: givenUp(true), seen: /run at once/ }],
  [
    'a segment that was called off starts when it arrives late',
    { rules: { callsOff: false }, way: calledOff, seen: /is at step 0, and its deployment has cancelled/ },
  ],
]

let own: TestDatabase
let ledger: Ledger
beforeEach(async () => {
  own = await testDatabase()
})
afterEach(async () => {
  await ledger.close()
  await own.drop()
})

const left = { request: 2, cancel: 1, giveUp: 1, fault: 4, failure: 1 }

test.for(broken)('it is seen when %s', async ([, { store, rules, way, seen }]) => {
  ledger = await Ledger.open(own.url, { ...realStore, ...store })
  const ground = { ledger, rules: { ...realRules, ...rules }, left }
  const found = way ? await retrace(ground, way) : await search(ground)
  expect(found.problems.join()).toMatch(seen)
  const short = await shorten(ground, found)
  expect(short.problems.join()).toMatch(seen)
  expect(short.names.length).toBeLessThanOrEqual(found.names.length)
  if (way) expect((await retrace({ ...ground, rules: realRules }, way)).problems).toEqual([])
})

async function search(ground: Ground): Promise<Walk> {
  for (let seed = 1; seed <= 2_000; seed += 1) {
    const walked = await walk(ground, seed)
    if (walked.problems.length > 0) return walked
  }
  throw new Error('nothing was found')
}
