// The steps of a deployment as rows: what was planned, joined with what happened.
import type { DeploymentState, Failure, PlanStepView } from '@/lib/api/shapes.ts'
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

/** Segments of several servers that only a failure calls for. */
const afterFailure = /^(undo|failure)-/

/** Rows in the order of the plan. Steps that only run after a failure are left out until they do. */
export function stepRows(steps: readonly PlanStepView[], state: DeploymentState): StepRow[] {
  const segments = new Map(state.segments.map((segment) => [segment.name, segment]))
  return steps.flatMap((plan) => {
    const segment = segments.get(plan.segment)
    const step = segment?.steps.find(({ n }) => n === plan.n)
    if (!step && (plan.phase === 'failure' || (!segment && afterFailure.test(plan.segment)))) return []
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

/** The step that decided: the one that the failure names, else the first one whose end stopped the deployment. */
export function failingRow(rows: readonly StepRow[], failure: Failure | null = null): StepRow | null {
  const bad = rows.filter(({ status, plan }) => plan.phase === 'main' && !fine.includes(status))
  const there = failure?.server === undefined ? bad : bad.filter(({ plan }) => plan.server === failure.server)
  return (
    there.find(({ plan }) => plan.name === failure?.step) ?? there.find(({ plan }) => plan.stage !== 'undo') ?? null
  )
}
