// Steps of several servers as a matrix: one row a step, joined over servers by its name and place in the run. Pure data.
import type { PlanStepView } from '@/lib/api/shapes.ts'
import type { StepRow } from './rows.ts'

/** `cells` by target id; a step that only some servers have leaves the others' places empty. */
export type MatrixRow = { id: string; plan: PlanStepView; cells: ReadonlyMap<string, StepRow> }

/** `ship-3-2` → `ship-2`: the same part of the run on every server; parts for one server alone stay what they are. */
const partOf = (segment: string): string => segment.replace(/^(ship|switch|finish|undo|failure)-\d+/, '$1')

/**
 * Rows in the order of the run: each server's steps are in its order, and what only some have stands between what all have.
 * `rows` are those of `stepRows`, segment after segment.
 */
export function matrixRows(rows: readonly StepRow[]): MatrixRow[] {
  const order: { id: string; plan: PlanStepView; cells: Map<string, StepRow> }[] = []
  let segment = ''
  let at = -1
  let seen = new Map<string, number>()
  for (const row of rows) {
    const { plan } = row
    if (plan.segment !== segment) {
      segment = plan.segment
      at = -1
      seen = new Map()
    }
    const name = [partOf(plan.segment), plan.stage, plan.phase, plan.name].join(' ')
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    const id = `${name} ${count}`
    const known = order.findIndex((one) => one.id === id)
    if (known !== -1) {
      order[known]!.cells.set(plan.targetId, row)
      at = Math.max(at, known)
      continue
    }
    const made = { id, plan, cells: new Map([[plan.targetId, row]]) }
    // After the step before it; a part that nobody has yet comes last.
    at = at === -1 ? order.length : at + 1
    order.splice(at, 0, made)
  }
  return order
}
