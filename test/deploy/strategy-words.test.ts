import { describe, expect, it } from 'vitest'
import { strategyWords } from '@/lib/deploy/strategy-words.ts'
import { healthyFleet } from '@/lib/deploy/strategy.ts'
import type { Strategy } from '@/lib/deploy/types.ts'
import { noOptions } from '@/lib/spec/options.ts'

const names = (count: number) => Array.from({ length: count }, (_, at) => `web-${at + 1}`)
const words = (count: number, more: Partial<Strategy>) =>
  strategyWords(healthyFleet(names(count)), { ...noOptions.strategy, ...more }).sentences.join(' ')

describe('a strategy in words', () => {
  it.each<[number, Partial<Strategy>, string]>([
    [5, {}, 'All 5 change at once. Every server has to succeed: the first failure ends the run.'],
    [5, { batch: { count: 2 } }, 'Batches of 2, 2, 1; at least 3 go on serving meanwhile. Every server'],
    [5, { batch: 'one' }, 'One at a time; 4 go on serving meanwhile. Every server'],
    [9, { minimumHealthy: { percent: 40 } }, 'Batches of 5, 4; at least 4 go on serving meanwhile. 4 of 9 may fail;'],
    [10, { minimumHealthy: { count: 9 } }, 'One at a time; 9 go on serving meanwhile. Every server has to succeed'],
    [50, { batch: { count: 7 } }, 'Batches of 7 × 7, 1; at least 43 go on'],
    [
      3,
      { canary: { seconds: null } },
      'First web-1 alone; the others follow when somebody lets them. Then 2 at once; at least 1 goes on',
    ],
    [
      3,
      { canary: { seconds: 600 }, batch: 'one' },
      'First web-1 alone; the others follow after 10 minutes. One at a time;',
    ],
    [
      10,
      { minimumHealthy: { count: 8 }, likeCodeDeploy: true },
      'The run ends with failure 2, unless that is the last',
    ],
    [10, { likeCodeDeploy: true }, 'All 10 change at once. One server has to succeed.'],
    [2, { onFailure: 'leave' }, 'When it fails, servers that have switched keep the new release.'],
  ])('for %i servers: %j', (count, more, part) => {
    expect(words(count, more)).toContain(part)
  })

  it.each<[number, Partial<Strategy>, string]>([
    [
      2,
      { minimumHealthy: { count: 7 } },
      'All 2 change at once. 8 others stay as they are, and 7 of them serve: at least 7 of all 10 have to go on serving. 1 of 2 may fail;',
    ],
    [2, { minimumHealthy: { percent: 80 } }, 'One at a time; 1 goes on serving meanwhile. 8 others'],
    [2, { minimumHealthy: { percent: 80 } }, 'have to go on serving. Every server has to succeed'],
    [9, { minimumHealthy: { count: 5 } }, '1 other stays as it is, and it doesn’t serve: at least 5 of all 10'],
    [2, {}, 'All 2 change at once. Every server has to succeed'],
    [2, { minimumHealthy: { count: 3 }, likeCodeDeploy: true }, 'One server has to succeed.'],
  ])('for %i of 10 servers, one of the others unhealthy: %j', (count, more, part) => {
    const fleet = healthyFleet(names(10)).map((one, at) => ({
      ...one,
      ...(at >= count && { outside: true }),
      ...(at === 9 && { health: 'unhealthy' as const }),
    }))
    expect(strategyWords(fleet, { ...noOptions.strategy, ...more }).sentences.join(' ')).toContain(part)
  })

  it('says that too few serve to begin with, and what to do', () => {
    const fleet = healthyFleet(names(3)).map((one, at) =>
      at === 0 ? one : { ...one, outside: true, health: at === 1 ? ('healthy' as const) : ('unhealthy' as const) },
    )
    expect(strategyWords(fleet, { ...noOptions.strategy, minimumHealthy: { count: 2 } })).toEqual({
      isPossible: false,
      sentences: [
        '2 of 3 servers serve, and at least 2 have to go on serving: no server that serves may change. Deploy to those that don’t serve first, or choose a smaller minimum.',
      ],
    })
  })

  it('says why no run would begin', () => {
    expect(strategyWords(healthyFleet(names(10)), { ...noOptions.strategy, minimumHealthy: { percent: 95 } })).toEqual({
      isPossible: false,
      sentences: ['At least 10 of 10 servers have to go on serving, so not one may change. Choose a smaller minimum.'],
    })
  })
})
