// A run on three servers in whatever order: the real plans, judgement and fold of events, two workers and three servers of the model.
// `MODEL_SEED` begins at another seed, `MODEL_WALKS` walks another number of ways.
import { expect, test } from 'vitest'
import type { Strategy } from '@/lib/deploy/types.ts'
import { fleetPlan } from './fleet-plan.ts'
import { shortenFleet, walkFleet } from './fleet-walk.ts'
import { realFleetRules } from './fleet-worker.ts'

const first = Number(process.env.MODEL_SEED ?? 1)
const count = Number(process.env.MODEL_WALKS ?? 2_000)
const strategies: [string, Partial<Strategy>][] = [
  ['all at once', { batch: 'all' }],
  ['one after another', { batch: 'one' }],
  ['one after another, at least one serving', { batch: 'one', minimumHealthy: { count: 1 } }],
  ['all that a minimum leaves', { batch: 'all', minimumHealthy: { count: 1 } }],
  ['two at once, and what has the release keeps it', { batch: { count: 2 }, onFailure: 'leave' }],
  ['the first alone, until somebody goes on', { batch: 'all', canary: { seconds: null } }],
  ['the first alone for a while', { batch: 'one', minimumHealthy: { count: 1 }, canary: { seconds: 60 } }],
]

test.for(strategies)(
  'three servers, %s: nothing is half done, lost or done twice',
  { timeout: 900_000 },
  ([, strategy]) => {
    const ground = {
      plan: fleetPlan(strategy),
      rules: realFleetRules,
      left: { cancel: 1, giveUp: 1, fault: 5, failure: 1 },
    }
    const ends = new Set<string>()
    for (let seed = first; seed < first + count / strategies.length; seed += 1) {
      const walked = walkFleet(ground, seed)
      ends.add(walked.world.store.state.status)
      if (walked.problems.length === 0) continue
      const { problems, names } = shortenFleet(ground, walked)
      expect(problems, `seed ${seed}, ${names.length} moves:\n${names.join('\n')}`).toEqual([])
    }
    expect([...ends].sort()).toEqual(['cancelled', 'failed', 'succeeded'])
  },
)
