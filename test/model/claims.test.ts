// Claims, epochs, segments, wishes and crashes in whatever order: lib/store on a real Postgres, three workers and a server of the
// model. `MODEL_SEED` begins at another seed, `MODEL_WALKS` walks another number of ways.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { testDatabase } from '../database.ts'
import type { TestDatabase } from '../database.ts'
import { Ledger } from './ledger.ts'
import { realRules } from './server.ts'
import { shorten, walk } from './walk.ts'
import type { Ground } from './walk.ts'

const first = Number(process.env.MODEL_SEED ?? 1)
const count = Number(process.env.MODEL_WALKS ?? 10_000)

let own: TestDatabase
let ledger: Ledger
beforeEach(async () => {
  own = await testDatabase()
  ledger = await Ledger.open(own.url)
})
afterEach(async () => {
  await ledger.close()
  await own.drop()
})

test(
  `nothing is lost and nothing happens twice on ${count} ways through two deployments`,
  { timeout: 900_000 },
  async () => {
    const left = { request: 2, cancel: 1, giveUp: 1, fault: 4, failure: 1 }
    const ground: Ground = { ledger, rules: realRules, left }
    const ways = new Set<string>()
    for (let seed = first; seed < first + count; seed += 1) {
      const walked = await walk(ground, seed)
      ways.add(walked.names.join('\n'))
      if (walked.problems.length === 0) continue
      const { problems, names } = await shorten(ground, walked)
      expect(problems, `seed ${seed}, ${names.length} moves:\n${names.join('\n')}`).toEqual([])
    }
    expect(ways.size).toBeGreaterThan(count * 0.99)
  },
)
