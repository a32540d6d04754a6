// A run on three servers, put together as every other: on each a hook, the switch, another hook; hooks that run once; and the way back.
import { assembleFleet } from '@/lib/deploy/plan-fleet.ts'
import type { FleetLane } from '@/lib/deploy/plan-fleet.ts'
import { runHooks } from '@/lib/deploy/plan-steps.ts'
import type { Draft } from '@/lib/deploy/plan-steps.ts'
import type { Action, LifecycleEvent, Plan, PlannedHook, Strategy } from '@/lib/deploy/types.ts'
import { noOptions } from '@/lib/spec/options.ts'
import { planInput } from '../plan/fixtures.ts'

export const release = 'release_1'
export const live = 'release_0'
export type FleetPlan = Plan & { fleet: NonNullable<Plan['fleet']> }

function hook(event: LifecycleEvent, stage: Draft['stage'], isOnce = false): Draft[] {
  const planned: PlannedHook = {
    ...{
      origin: 'panel',
      from: 'panel',
      path: event,
      sha256: '',
      text: ':',
      timeoutMs: 60_000,
      failure: 'stops',
      event,
    },
    ...(isOnce && { once: true }),
  }
  return runHooks([planned], stage)
}

function ours(stage: Draft['stage'], action: Action): Draft {
  const rest = { replay: 'idempotent', failure: 'stops', timeoutMs: 60_000, phase: 'main' } as const
  return { name: action.do, stage, action, ...rest }
}

const inFailure = (drafts: Draft[]): Draft[] => drafts.map((draft) => ({ ...draft, phase: 'failure' }))

function lane(place: number): FleetLane {
  const targetId = `target-${place}`
  const check = { do: 'check', needBytes: 0, needInodes: 0, expectCurrent: live, adopt: false } as const
  return {
    ...{ kind: 'deploy', targetId, deployment: 1, release, revision: '1'.repeat(40), exports: {}, findings: [] },
    environment: planInput({}).environment,
    target: { targetId, place, server: `web-${place}`, live, health: 'healthy', revision: 'current' },
    main: [
      ours('check', check),
      ...hook('after.pull', 'ship', true),
      ...hook('before.deploy', 'ship'),
      ours('switch', { do: 'switch', release, expectCurrent: live }),
      ...hook('after.deploy', 'finish'),
      ...hook('deploy.success', 'finish'),
      ...inFailure(hook('deploy.failure', 'finish')),
    ],
    undo: [ours('undo', { do: 'switch', release: live, expectCurrent: release }), ...hook('rollback/after', 'undo')],
  }
}

export function fleetPlan(strategy: Partial<Strategy>): FleetPlan {
  const plan = assembleFleet([1, 2, 3].map(lane), { ...noOptions.strategy, ...strategy })
  if (!plan.fleet) throw new Error('a plan for one server')
  return { ...plan, fleet: plan.fleet }
}
