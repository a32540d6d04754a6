// The steps of a deployment as rows: what was planned, joined with what happened.
import type { DeploymentState, PlanStepView } from '@/lib/api/shapes.ts'
import { stepKey } from '../log/lines.ts'

export type StepRow = {
  key: string
  plan: PlanStepView
  status: string
  startedAt: number | null
  endedAt: number | null
  exit: number | null
  verified: boolean | null
}

/** Rows in the order of the plan. Steps that only run after a failure are left out until they do. */
export function stepRows(steps: readonly PlanStepView[], state: DeploymentState): StepRow[] {
  return steps.flatMap((plan) => {
    const segment = state.segments.find(({ name }) => name === plan.segment)
    const step = segment?.steps.find(({ n }) => n === plan.n)
    if (!step && plan.phase === 'failure') return []
    const isIgnored =
      plan.failure === 'ignored' &&
      step !== undefined &&
      !['running', 'ok', 'skipped', 'cancelled'].includes(step.outcome)
    const isOver = segment?.status === 'ended' || state.finishedAt !== null
    return {
      key: stepKey(plan.segment, plan.n),
      plan,
      status: isIgnored ? 'ignored' : (step?.outcome ?? (isOver ? 'skipped' : 'waiting')),
      startedAt: step?.startedAt ?? null,
      endedAt: step?.endedAt ?? null,
      exit: step?.exit ?? null,
      verified: step?.verified ?? null,
    }
  })
}

const fine = ['waiting', 'running', 'ok', 'skipped', 'ignored']

/** The step that decided: the first one whose end stopped the deployment. */
export function failingRow(rows: readonly StepRow[]): StepRow | null {
  return rows.find(({ status, plan }) => plan.phase === 'main' && !fine.includes(status)) ?? null
}
