import { expect, it } from 'vitest'
import { planHash } from '@/lib/deploy/agreement.ts'
import { draftActivation, draftDeployment } from '@/lib/deploy/plan.ts'
import { draftRemoval } from '@/lib/deploy/plan-removal.ts'
import { assembleFleet, fleetOf, isFleet, planFleetUndo, segmentOf, withoutBase } from '@/lib/deploy/plan-fleet.ts'
import { canTakeOver, isOnce, onceOn, onceOnWayBack } from '@/lib/deploy/plan-once.ts'
import type { FleetLane } from '@/lib/deploy/plan-fleet.ts'
import type { PlanInput } from '@/lib/deploy/plan-input.ts'
import type { HookPlace, LifecycleEvent, PlannedTarget, Strategy } from '@/lib/deploy/types.ts'
import { noOptions } from '@/lib/spec/options.ts'
import { activationInput, inPanel, inTree, newSha, outline, planInput } from './fixtures.ts'
import { planDeployment } from './planned.ts'

const strategy: Strategy = noOptions.strategy

function target(place: number): PlannedTarget {
  const live = 'deployment_11.aaaaaaa'
  return { targetId: `target-${place}`, place, server: `web-${place}`, live, health: 'healthy', revision: 'current' }
}

function server(place: number) {
  return { id: `server-${place}`, name: `web-${place}`, labels: place === 1 ? ['web', 'cron'] : ['web'] }
}

function lanes(count: number, changes: Partial<PlanInput> = {}): FleetLane[] {
  return Array.from({ length: count }, (_, at) => {
    const input = planInput({ ...changes, targetId: `target-${at + 1}`, server: server(at + 1) })
    return { ...draftDeployment(input), target: target(at + 1) }
  })
}

const on = (event: LifecycleEvent, place: HookPlace) => ({ ...inPanel(event), place })

function shape(made: ReturnType<typeof assembleFleet>): string[] {
  return made.stages.flatMap(({ name, batches }) =>
    batches.map(({ lanes: flown }) => `${name}: ${flown.map(({ segment }) => segment).join(' ')}`),
  )
}

it('is complete everywhere before anything switches, and switches in batches', () => {
  const made = assembleFleet(lanes(3, { newHooks: inTree('after.deploy', 'deploy.success', 'deploy.failure') }), {
    ...strategy,
    batch: { count: 2 },
  })
  expect(shape(made)).toEqual([
    'ship: ship-1 ship-2 ship-3',
    'switch: switch-1 switch-2',
    'switch: switch-3',
    'finish: finish-1 finish-2 finish-3',
    'undo: undo-1 undo-2 undo-3',
    'undo: failure-1 failure-2 failure-3',
  ])
  const steps = (name: string) => outline(made.segments.find((one) => one.name === name)!.steps)
  expect(steps('ship-2')).toEqual(['check', 'tree', 'release', 'variables', 'permissions', 'complete'])
  expect(steps('switch-2')).toEqual(['switch', '(after.deploy)'])
  expect(steps('finish-2')).toEqual(['(deploy.success)', '(prune)'])
  expect(steps('undo-2')).toEqual(['switch'])
  expect(steps('failure-2')).toEqual(['(deploy.failure)'])
  expect(made.segments.find(({ name }) => name === 'ship-2')?.exports).toMatchObject({ FAIRLEAD_SERVER: 'web-2' })
})

it('has a barrier on each side of a hook that runs once, on the first server', () => {
  const panelHooks = [on('before.deploy', { on: 'once' }), on('after.deploy', { on: 'once' })]
  const made = assembleFleet(lanes(2, { panelHooks }), strategy)
  expect(shape(made)).toEqual([
    'ship: ship-1 ship-2',
    'ship: once-ship-1',
    'ship: ship-1-2 ship-2-2',
    'switch: switch-1 switch-2',
    'finish: once-finish-1',
    'finish: finish-1-2 finish-2-2',
    'undo: undo-1 undo-2',
  ])
  const steps = (name: string) => outline(made.segments.find((one) => one.name === name)!.steps)
  expect(steps('ship-1')).toEqual(['check', 'tree', 'release', 'variables', 'permissions'])
  expect(steps('once-ship-1')).toEqual(['before.deploy (panel)'])
  expect(steps('ship-2-2')).toEqual(['complete'])
  expect(steps('once-finish-1')).toEqual(['(after.deploy (panel))'])
})

it('runs hooks of chosen servers and labels there alone', () => {
  const panelHooks = [
    on('after.pull', { on: 'servers', serverIds: ['server-2'] }),
    on('before.deploy', { on: 'labels', labels: ['cron', 'queue'] }),
  ]
  const made = assembleFleet(lanes(2, { panelHooks }), strategy)
  const hooks = (name: string) =>
    made.segments.find((one) => one.name === name)!.steps.filter(({ action }) => action.do === 'hook')
  expect(hooks('ship-1').map(({ name }) => name)).toEqual(['before.deploy (panel)'])
  expect(hooks('ship-2').map(({ name }) => name)).toEqual(['after.pull (panel)'])
})

it('verifies on all servers before one is switched to an earlier release', () => {
  const made = assembleFleet(
    [1, 2].map((place) => {
      const drafts = draftActivation(activationInput({ targetId: `target-${place}`, server: server(place) }))
      return { ...drafts, target: target(place) }
    }),
    strategy,
  )
  expect(shape(made).slice(0, 2)).toEqual(['ship: ship-1 ship-2', 'switch: switch-1 switch-2'])
  expect(outline(made.segments[0]!.steps)).toEqual(['check', 'verify'])
})

it('undoes what the server says was live, and puts back what its own switching lane placed', () => {
  const file = { revision: 'r', path: 'a', sha256: 'f'.repeat(64), mode: '0640' }
  const placed = [{ target: 'shared' as const, path: 'a', made: { ...file }, known: null }]
  const made = assembleFleet(lanes(2, { placed }), strategy)
  expect(outline(segmentOf(made, 'switch', 'target-2')!.steps)).toEqual([
    'place files',
    'switch',
    '(prune)',
    '!put files back',
  ])
  const undo = planFleetUndo(made, 'target-2', 'deployment_9.ccccccc')!
  expect(undo.name).toBe('undo-2')
  expect(undo.steps.map(({ action }) => action)).toEqual([
    { do: 'switch', release: 'deployment_9.ccccccc', expectCurrent: 'deployment_12.bbbbbbb' },
    expect.objectContaining({ do: 'unplace', segment: 'switch-2' }),
  ])
  expect(planFleetUndo(made, 'target-2', null, false)!.steps.map(({ action }) => action.do)).toEqual(['unplace'])
})

it('asks for consent again where what is not ours is taken over', () => {
  const made = assembleFleet(lanes(2, { adopt: true }), strategy)
  expect(outline(segmentOf(made, 'switch', 'target-1')!.steps)).toEqual(['check', 'switch', '(prune)'])
})

it('ships everything to the one server whose tree is not what was believed, which is the same plan to people', () => {
  const made = assembleFleet(lanes(2), strategy)
  const other = withoutBase(made, 'target-2')
  const bases = (plan: typeof made) =>
    plan.segments.flatMap(({ steps }) => steps.flatMap(({ action }) => (action.do === 'tree' ? [action.base] : [])))
  expect([bases(made), bases(other)]).toEqual([
    [planInput().tree.base, planInput().tree.base],
    [planInput().tree.base, null],
  ])
  expect(planHash(other)).toBe(planHash(made))
})

it('is another plan when it is done on other servers or in other batches', () => {
  const made = assembleFleet(lanes(3), strategy)
  expect(planHash(assembleFleet(lanes(2), strategy))).not.toBe(planHash(made))
  expect(planHash(assembleFleet(lanes(3), { ...strategy, batch: 'one' }))).not.toBe(planHash(made))
  expect(planHash(planDeployment(planInput()))).not.toBe(planHash(made))
  expect(made.revision).toBe(newSha)
})

it('says that a strategy lets no server change', () => {
  const findings = (minimumHealthy: Strategy['minimumHealthy']) =>
    assembleFleet(lanes(3), { ...strategy, minimumHealthy }).findings
  expect(findings({ count: 2 })).toEqual([])
  expect(findings({ percent: 90 })).toMatchObject([{ level: 'error', code: 'minimum_too_high' }])
})

it('asks for no minimum where nothing switches', () => {
  const removing = lanes(2).map((lane, at) => ({
    ...draftRemoval({ ...activationInput(), targetId: `target-${at + 1}`, release: 'deployment_3.ccccccc' }),
    target: lane.target,
  }))
  const made = assembleFleet(removing, { ...strategy, minimumHealthy: { count: 2 }, canary: { seconds: 5 } })
  expect(made.fleet?.strategy).toMatchObject({ minimumHealthy: null, canary: null })
  expect(made.findings).toEqual([])
})

it('counts the environment’s other servers where a minimum does, and forgets them where none does', () => {
  const others = [2, 3].map((place) => {
    const { targetId, server: name, health, revision } = target(place)
    return { targetId, server: name, health, revision }
  })
  const minimum = { ...strategy, minimumHealthy: { count: 2 } }
  const down = [others[0]!, { ...others[1]!, health: 'unhealthy' as const }]
  expect(isFleet(lanes(1), strategy, others)).toBe(false)
  expect(assembleFleet(lanes(2), strategy, [others[1]!]).fleet).not.toHaveProperty('outside')
  expect(isFleet(lanes(1), minimum, [])).toBe(false)
  expect(isFleet(lanes(1), minimum, others)).toBe(true)
  const made = assembleFleet(lanes(1), minimum, others)
  expect([made.findings, fleetOf(made.fleet!).length, made.fleet!.targets.length]).toEqual([[], 3, 1])
  expect(assembleFleet(lanes(1), minimum, down).findings).toMatchObject([{ level: 'error', code: 'too_few_healthy' }])
  const removed = [{ ...draftRemoval({ ...activationInput() }), target: target(1) }]
  expect(isFleet(removed, minimum, down)).toBe(false)
})

it('moves what runs once to another target, with the exports of that, unless it runs in what is live and nothing is', () => {
  const panelHooks = [on('traffic.out', { on: 'once' }), on('before.deploy', { on: 'once' })]
  const made = assembleFleet(lanes(3, { panelHooks }), strategy)
  const [first] = made.segments.filter(isOnce)
  const moved = onceOn(made, first!.name, 'target-2')
  const lane = moved.stages.flatMap(({ batches }) => batches.flatMap((one) => one.lanes))
  expect(lane.find(({ segment }) => segment === first!.name)?.targetId).toBe('target-2')
  expect(moved.segments.find(({ name }) => name === first!.name)).toMatchObject({
    targetId: 'target-2',
    exports: { FAIRLEAD_SERVER: 'web-2' },
    steps: first!.steps,
  })
  expect(moved.segments.filter(({ name }) => name !== first!.name)).toEqual(
    made.segments.filter(({ name }) => name !== first!.name),
  )
  const fresh = { ...target(2), live: null }
  const can = made.segments.filter(isOnce).map((one) => [one.steps[0]!.name, canTakeOver(made, one, fresh)])
  expect(can).toEqual([
    ['before.deploy (panel)', true],
    ['traffic.out (panel)', false],
  ])
})

it('names what runs once on the way back, with its server', () => {
  const panelHooks = [on('rollback/after', { on: 'once' }), on('deploy.failure', { on: 'once' })]
  const made = assembleFleet(lanes(2, { panelHooks }), strategy)
  expect(onceOnWayBack(made).map(({ segment, step }) => [segment.name, step.name])).toEqual([
    ['undo-1', 'rollback/after (panel)'],
    ['failure-1', 'deploy.failure (panel)'],
  ])
})
