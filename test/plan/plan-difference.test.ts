import { describe, expect, it } from 'vitest'
import { hookChanges, planDifferences } from '../../lib/deploy/plan-difference.ts'
import { envDifference } from '../../lib/format/env-difference.ts'
import { noOptions } from '../../lib/spec/options.ts'
import { inPanel, inTree, planInput } from './fixtures.ts'
import { planConfiguration, planDeployment } from './planned.ts'

const planOf = (changes: Parameters<typeof planInput>[0] = {}) => planDeployment(planInput(changes))
const releases = [1, 2].map((number) => ({ name: `r${number}`, number, state: 'complete', succeeded: false }) as const)

describe('planDifferences', () => {
  it('finds none between a preview and the run that came of it', () => {
    expect(planDifferences(planOf(), planOf({ deployment: 14, release: 'deployment_14.bbbbbbb' }))).toEqual([])
  })

  it.each([
    ['commit', { revision: 'c'.repeat(40) }, 'The commit is ccccccc now; shown was bbbbbbb.'],
    ['live', { live: null }, 'Nothing is live now; it was deployment_11.aaaaaaa.'],
    ['variables', { envSha256: null }, 'The variables are others now.'],
    ['hook', { panelHooks: [inPanel('after.pull')] }, 'The hook after.pull (panel) was added.'],
    [
      'settings',
      { environment: { ...planInput().environment, appDomain: 'shop.test' } },
      'Settings were changed: APP_DOMAIN, FAIRLEAD_APP_DOMAIN.',
    ],
    ['server', { targetId: 'target-2' }, 'The server is another one now.'],
    [
      'settings',
      { environment: { ...planInput().environment, options: { ...noOptions, subdirectory: 'app' } } },
      'Settings were changed: the directory of the repository.',
    ],
    ['settings', { adopt: true }, 'Settings were changed: taking over what is there.'],
    ['cleanup', { releases: [...releases] }, 'r1 would be removed, too.'],
  ] as const)('names what belongs to %s', (part, changes, message) => {
    expect(planDifferences(planOf(), planOf(changes as Parameters<typeof planInput>[0]))).toContainEqual({
      part,
      message,
    })
  })
})

const restart = (unit: string) => ({ kind: 'systemd', unit, verb: 'restart', failure: 'stops' }) as const
const withRestarts = (...units: string[]) =>
  planOf({ environment: { ...planInput().environment, options: { ...noOptions, restarts: units.map(restart) } } })

it('tells steps in another order from the same ones', () => {
  expect(planDifferences(withRestarts('a', 'b'), withRestarts('b', 'a'))).toEqual([
    { part: 'step', message: 'The steps come in another order.' },
  ])
})

it('of other variables for the live release says that they are others', () => {
  const of = (set: { number: number; sha256: string }) => {
    const { environment, targetId, server } = planInput()
    const live = { name: 'deployment_11.aaaaaaa', revision: 'a'.repeat(40) }
    const none = { liveHooks: [], panelHooks: [], findings: [] }
    return planConfiguration({ environment, targetId, server, deployment: 12, live, set, before: 1, ...none })
  }
  expect(planDifferences(of({ number: 2, sha256: 'x' }), of({ number: 3, sha256: 'y' }))).toEqual([
    { part: 'variables', message: 'The variables are others now.' },
  ])
})

describe('hookChanges', () => {
  it('tells who runs a hook, and for how long, from another text of it', () => {
    const before = planOf({ newHooks: inTree('after.pull'), panelHooks: [inPanel('before.deploy')] })
    const after = planOf({ panelHooks: [inPanel('before.deploy', 'root'), inPanel('after.deploy')] })
    expect(hookChanges(before, after).map(({ name, change }) => `${name} ${change}`)).toEqual([
      'before.deploy (panel) changed',
      'after.deploy (panel) added',
      'after.pull removed',
    ])
    expect(hookChanges(null, before)).toHaveLength(2)
    expect(
      hookChanges(before, planOf({ newHooks: inTree('after.pull'), panelHooks: [inPanel('before.deploy')] })),
    ).toEqual([])
  })
})

describe('envDifference', () => {
  it('compares by name, and says nothing of order and comments', () => {
    expect(envDifference('# old\nA=1\nB=2\nC=3\n', 'C=3\nA="1"\nD=4\nB=5\n')).toEqual({
      added: ['D'],
      removed: [],
      changed: ['B'],
    })
    expect(envDifference(null, 'A=1')).toEqual({ added: ['A'], removed: [], changed: [] })
    expect(envDifference('A=1', null)).toEqual({ added: [], removed: ['A'], changed: [] })
  })
})
