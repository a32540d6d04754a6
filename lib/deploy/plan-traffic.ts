// The hooks around a switch for what sends visitors to a server, a load balancer say: out of it before, in again once it is ready.
// Who was taken out is always let in again: after the switch, after its undo, and when the switch never came.
import type { ActivationInput, PlanInput } from './plan-input.ts'
import { plannedHooks } from './plan-hooks.ts'
import type { HookTree } from './plan-hooks.ts'
import { runHooks } from './plan-steps.ts'
import type { Draft } from './plan-steps.ts'
import type { PlannedHook, Step } from './types.ts'

/** `back`: in the segment that failed before its switch; the runner skips it unless traffic.out has begun there. */
type Traffic = { out: Draft[]; in: Draft[]; back: Draft[]; undo: { out: Draft[]; in: Draft[] } }

/** Each runs in the tree that is live at that moment: a first deployment has none to be taken out of. */
export function traffic(input: PlanInput | ActivationInput, newTree: HookTree, liveTree: HookTree | null): Traffic {
  const hooks = (
    event: 'traffic.out' | 'traffic.in',
    tree: HookTree | null,
    stage: Step['stage'],
    failure?: PlannedHook['failure'],
  ) => runHooks(plannedHooks(event, tree, input, failure), stage)
  const out = hooks('traffic.out', liveTree, 'switch')
  const back = hooks('traffic.in', liveTree, 'switch', 'ignored')
  return {
    out,
    in: hooks('traffic.in', newTree, 'finish'),
    back: out.length === 0 ? [] : back.map((draft): Draft => ({ ...draft, phase: 'failure' })),
    undo: {
      out: hooks('traffic.out', newTree, 'undo', 'ignored'),
      in: hooks('traffic.in', liveTree, 'undo', 'ignored'),
    },
  }
}

/** Steps that let a server in again, be it that nothing else of an undo is needed. */
export function letsIn({ action }: Pick<Step, 'action'>): boolean {
  return action.do === 'hook' && action.hook.event === 'traffic.in'
}
