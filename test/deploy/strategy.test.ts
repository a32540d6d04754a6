import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { healthyFleet, judgeFleet, minimumOf, nextBatch, plannedBatches } from '@/lib/deploy/strategy.ts'
import type { FleetTarget, Next } from '@/lib/deploy/strategy.ts'
import type { Strategy } from '@/lib/deploy/types.ts'
import { noOptions } from '@/lib/spec/options.ts'

const usual: Strategy = noOptions.strategy
const codeDeploy: Strategy = { ...usual, likeCodeDeploy: true }
const names = (count: number) => Array.from({ length: count }, (_, at) => `s${at + 1}`)

/** Flies a whole run in which the servers of `failing` fail: the sizes of its batches, and how it ends. */
function fly(fleet: FleetTarget[], strategy: Strategy, failing: string[] = []) {
  const batches: string[][] = []
  let state = fleet
  for (;;) {
    const next = nextBatch(state, strategy, batches.length)
    if (next.next !== 'batch') return { batches, sizes: batches.map(({ length }) => length), end: endOf(next), state }
    batches.push(next.targetIds)
    state = state.map((target) =>
      next.targetIds.includes(target.targetId)
        ? { ...target, result: failing.includes(target.targetId) ? ('failed' as const) : ('succeeded' as const) }
        : target,
    )
  }
}
const endOf = (next: Next) => (next.next === 'stop' ? next.code : next.next)

describe('CodeDeploy’s worked examples', () => {
  const percent = (value: number): Strategy => ({ ...codeDeploy, minimumHealthy: { percent: value } })
  const count = (value: number): Strategy => ({ ...codeDeploy, minimumHealthy: { count: value } })
  const ten = Array.from({ length: 10 }, () => 1)

  it.each<[string, number, Strategy, string[], number[], string]>([
    ['10 at 95 %: rounded up to 10, fails at once', 10, percent(95), [], [], 'minimum_too_high'],
    ['10 at 9: one at a time', 10, count(9), [], ten, 'done'],
    ['10 at 9: any failure ends it', 10, count(9), ['s4'], [1, 1, 1, 1], 'too_few_healthy'],
    ['10 at 9: but the last one’s', 10, count(9), ['s10'], ten, 'done'],
    ['10 at 8: two at a time', 10, count(8), [], [2, 2, 2, 2, 2], 'done'],
    ['10 at 8: one may fail', 10, count(8), ['s3'], [2, 2, 1, 1, 1, 1, 1, 1], 'done'],
    ['10 at 8: the second ends it', 10, count(8), ['s3', 's6'], [2, 2, 1, 1], 'too_few_healthy'],
    ['10 at 8: but as the last one', 10, count(8), ['s3', 's10'], [2, 2, 1, 1, 1, 1, 1, 1], 'done'],
    ['10 at 0: all at once', 10, count(0), names(9), [10], 'done'],
    ['10 at 0: one has to succeed', 10, count(0), names(10), [10], 'none_succeeded'],
    ['9 at 6: three at a time', 9, count(6), [], [3, 3, 3], 'done'],
    ['9 at 6: six succeeded', 9, count(6), ['s7', 's8', 's9'], [3, 3, 3], 'done'],
    ['9 at 40 %: at least 4, five at a time', 9, percent(40), [], [5, 4], 'done'],
    ['AllAtOnce', 5, codeDeploy, names(4), [5], 'done'],
    ['HalfAtATime of 9: four at a time', 9, { ...codeDeploy, batch: 'half' }, [], [4, 4, 1], 'done'],
    [
      'HalfAtATime of 9: five succeeded',
      9,
      { ...codeDeploy, batch: 'half' },
      ['s1', 's7', 's8', 's9'],
      [4, 3, 2],
      'done',
    ],
    ['OneAtATime', 3, { ...codeDeploy, batch: 'one' }, ['s2'], [1, 1], 'too_few_healthy'],
    ['OneAtATime: the last one', 3, { ...codeDeploy, batch: 'one' }, ['s3'], [1, 1, 1], 'done'],
    ['OneAtATime of a single one', 1, { ...codeDeploy, batch: 'one' }, ['s1'], [1], 'none_succeeded'],
  ])('%s', (_what, servers, strategy, failing, sizes, end) => {
    expect(fly(healthyFleet(names(servers)), strategy, failing)).toMatchObject({ sizes, end })
  })

  it('a group that begins below its minimum is not reduced further', () => {
    const fleet = healthyFleet(names(10)).map((target, at) =>
      at < 7 ? target : { ...target, health: 'unhealthy' as const },
    )
    expect(fly(fleet, count(8), ['s8', 's9'])).toMatchObject({
      batches: [['s8', 's9'], ['s10']],
      end: 'too_few_healthy',
    })
    expect(fly(fleet, count(8)).end).toBe('done')
  })
})

describe('a strategy of Fairlead’s own', () => {
  const fleet = healthyFleet(names(5))

  it.each<[string, Strategy['batch'], number[]]>([
    ['all', 'all', [5]],
    ['half', 'half', [2, 2, 1]],
    ['one', 'one', [1, 1, 1, 1, 1]],
    ['a count', { count: 3 }, [3, 2]],
    ['a count above all', { count: 30 }, [5]],
    ['percents, rounded down', { percent: 50 }, [2, 2, 1]],
    ['percents of less than one', { percent: 1 }, [1, 1, 1, 1, 1]],
  ])('%s', (_what, batch, sizes) => {
    expect(plannedBatches(fleet, { ...usual, batch }).map(({ length }) => length)).toEqual(sizes)
  })

  it('ends with the first failure where every server has to succeed, the last one’s too', () => {
    expect(fly(fleet, { ...usual, batch: 'one' }, ['s2'])).toMatchObject({ sizes: [1, 1], end: 'server_failed' })
    expect(fly(fleet, { ...usual, batch: 'one' }, ['s5'])).toMatchObject({ end: 'server_failed' })
  })

  it('doesn’t begin when one failed on the way there', () => {
    const state = fleet.map((target) => (target.targetId === 's2' ? { ...target, result: 'failed' as const } : target))
    expect(nextBatch(state, usual, 0)).toMatchObject({ next: 'stop', code: 'server_failed' })
    expect(fly(state, { ...usual, minimumHealthy: { count: 3 } })).toMatchObject({ sizes: [1, 1, 1, 1], end: 'done' })
  })

  it('knows no exception for the last server: the minimum leaves room for failures, and one less may fail', () => {
    const atLeast8: Strategy = { ...usual, minimumHealthy: { count: 8 } }
    expect(fly(healthyFleet(names(10)), atLeast8, ['s10']).end).toBe('done')
    expect(fly(healthyFleet(names(10)), atLeast8, ['s3', 's10']).end).toBe('too_few_healthy')
  })

  it('stops among servers that serve nothing as soon as the run can’t succeed', () => {
    const unhealthy = fleet.map((target) => ({ ...target, health: 'unhealthy' as const }))
    expect(fly(unhealthy, { ...usual, batch: 'one', minimumHealthy: { count: 3 } }, ['s1', 's2'])).toMatchObject({
      sizes: [1, 1],
      end: 'too_few_healthy',
    })
  })

  it('refuses a minimum of all', () => {
    expect(nextBatch(fleet, { ...usual, minimumHealthy: { count: 5 } }, 0)).toEqual({
      next: 'stop',
      code: 'minimum_too_high',
      reason: 'At least 5 of 5 servers have to go on serving, so not one may change. Choose a smaller minimum.',
    })
    expect(plannedBatches(fleet, { ...usual, minimumHealthy: { percent: 81 } })).toEqual([])
  })

  it('goes by health, then by what is there', () => {
    const [a, b, c, d, e] = fleet as [FleetTarget, FleetTarget, FleetTarget, FleetTarget, FleetTarget]
    const mixed: FleetTarget[] = [
      a,
      { ...b, revision: 'old' },
      { ...c, revision: 'unknown' },
      { ...d, health: 'unhealthy' },
      { ...e, revision: 'old' },
    ]
    expect(plannedBatches(mixed, { ...usual, batch: 'one' }).flat()).toEqual(['s4', 's3', 's2', 's5', 's1'])
  })

  it('sends the first server ahead, and leaves the others alone when it fails', () => {
    const canary: Strategy = { ...usual, batch: 'half', canary: { seconds: null }, minimumHealthy: { count: 1 } }
    expect(fly(fleet, canary).batches).toEqual([['s1'], ['s2', 's3'], ['s4', 's5']])
    expect(fly(fleet, canary, ['s1'])).toMatchObject({ sizes: [1], end: 'canary_failed' })
  })

  it('doesn’t send one ahead that has to go on serving', () => {
    const state = fleet.map((target) =>
      target.targetId === 's3' ? { ...target, health: 'unhealthy' as const } : target,
    )
    const strategy: Strategy = { ...usual, batch: 'one', canary: { seconds: 60 }, minimumHealthy: { count: 4 } }
    expect(fly(state, strategy).batches.flat()).toEqual(['s3', 's1', 's2', 's4', 's5'])
  })

  it('counts servers that it leaves out as those that serve', () => {
    const chosen = healthyFleet(names(10)).map((target, at) => ({ ...target, outside: at > 1 }))
    expect(fly(chosen, { ...usual, minimumHealthy: { count: 9 } }).batches).toEqual([['s1'], ['s2']])
    expect(judgeFleet(chosen, usual)).toMatchObject({ succeeded: false, code: 'none_succeeded' })
  })
})

const target = fc.record({
  health: fc.constantFrom('healthy' as const, 'unhealthy' as const),
  revision: fc.constantFrom('current' as const, 'old' as const, 'unknown' as const),
  outside: fc.boolean(),
  fails: fc.boolean(),
})
const share = fc.oneof(
  fc.record({ count: fc.integer({ min: 0, max: 12 }) }),
  fc.record({ percent: fc.integer({ min: 0, max: 99 }) }),
)
const strategies: fc.Arbitrary<Strategy> = fc.record({
  batch: fc.oneof(
    fc.constantFrom('all' as const, 'half' as const, 'one' as const),
    fc.record({ count: fc.integer({ min: 1, max: 12 }) }),
    fc.record({ percent: fc.integer({ min: 1, max: 100 }) }),
  ),
  minimumHealthy: fc.option(share),
  canary: fc.option(fc.constant({ seconds: null })),
  likeCodeDeploy: fc.boolean(),
  onFailure: fc.constant('rollback' as const),
})

describe('whatever fails', () => {
  it('no batch leaves fewer servers than the minimum, no server has two turns, and a run that ends well is judged so', () => {
    fc.assert(
      fc.property(fc.array(target, { minLength: 1, maxLength: 12 }), strategies, (servers, strategy) => {
        const fleet = servers.map(({ health, revision, outside }, at): FleetTarget => ({
          targetId: `s${at + 1}`,
          health,
          revision,
          outside,
          result: null,
        }))
        const failing = fleet.filter((_, at) => servers[at]!.fails).map(({ targetId }) => targetId)
        const run = fly(fleet, strategy, failing)
        const minimum = minimumOf(fleet, strategy) ?? 0
        const serving = new Set(fleet.filter(({ health }) => health === 'healthy').map(({ targetId }) => targetId))
        const floor = Math.min(minimum, serving.size)
        for (const batch of run.batches) {
          batch.forEach((id) => serving.delete(id))
          expect(serving.size).toBeGreaterThanOrEqual(floor)
          batch.filter((id) => !failing.includes(id)).forEach((id) => serving.add(id))
        }
        const turns = run.batches.flat()
        expect(new Set(turns).size).toBe(turns.length)
        expect(turns.every((id) => fleet.some((one) => one.targetId === id && !one.outside))).toBe(true)
        if (run.end !== 'done') return
        expect(turns.length).toBe(fleet.filter(({ outside }) => !outside).length)
        expect(judgeFleet(run.state, strategy)).toEqual({ succeeded: true })
        expect(serving.size).toBeGreaterThanOrEqual(floor)
      }),
      { numRuns: 2000 },
    )
  })
})
