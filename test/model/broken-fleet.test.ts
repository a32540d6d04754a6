// The model of three servers sees what it is there for: with a part of their order taken out, it finds a way to harm.
import { expect, test } from 'vitest'
import type { Strategy } from '@/lib/deploy/types.ts'
import { fleetPlan } from './fleet-plan.ts'
import { retraceFleet, shortenFleet, walkFleet } from './fleet-walk.ts'
import type { FleetGround, FleetWalk } from './fleet-walk.ts'
import { realFleetRules } from './fleet-worker.ts'
import type { FleetRules } from './fleet-worker.ts'

const broken: [string, Partial<FleetRules>, Partial<Strategy>, RegExp][] = [
  ['the commit is recorded after the first switch', { commitsFirst: false }, { batch: 'one' }, /before the commit/],
  [
    'whoever takes over has not heard of the wish to cancel',
    { hearsAtOnce: false },
    { batch: 'one' },
    /it succeeded, and not on all|web-\d has release_0/,
  ],
  [
    'nobody reads what whoever cancels has chosen',
    { readsChoice: false },
    { batch: 'one', onFailure: 'leave' },
    /it has cancelled, and web-\d has release_1/,
  ],
  [
    'a server that was left behind is not found again',
    { findsAgain: false },
    { batch: 'all', minimumHealthy: { count: 1 } },
    /after the end|and the panel says|failed, and has release_1/,
  ],
  [
    'what runs once is forgotten with its server',
    { handsOver: false },
    { batch: 'one', minimumHealthy: { count: 1 } },
    /it succeeded without once-/,
  ],
]

test.for(broken)('it is seen when %s', { timeout: 120_000 }, ([, rules, strategy, seen]) => {
  const left = { cancel: 1, giveUp: 0, fault: 6, failure: 0 }
  const ground = { plan: fleetPlan(strategy), rules: { ...realFleetRules, ...rules }, left }
  const found = search(ground)
  expect(found.problems.join()).toMatch(seen)
  const short = shortenFleet(ground, found)
  expect(short.problems).not.toEqual([])
  expect(short.names.length).toBeLessThanOrEqual(found.names.length)
  expect(retraceFleet({ ...ground, rules: realFleetRules }, short.names).problems).toEqual([])
})

function search(ground: FleetGround): FleetWalk {
  for (let seed = 1; seed <= 20_000; seed += 1) {
    const walked = walkFleet(ground, seed)
    if (walked.problems.length > 0) return walked
  }
  throw new Error('nothing was found')
}
