// Plan of kind `remove`: one release that a person no longer wants on the server.
import { planExports } from './exports.ts'
import type { RemovalInput } from './plan-input.ts'
import { assemblePlan, ours } from './plan-steps.ts'
import type { PlanDrafts } from './plan-steps.ts'
import type { Plan } from './types.ts'

/** check → remove, without hooks; nothing becomes live, and nothing can be undone. */
export function planRemoval(input: RemovalInput): Plan {
  return assemblePlan(draftRemoval(input))
}

export function draftRemoval(input: RemovalInput): PlanDrafts {
  const { release, live } = input
  const expectCurrent = live?.name ?? null
  const main = [
    ours('check', 'check', 30_000, { do: 'check', needBytes: 0, needInodes: 0, expectCurrent, adopt: false }),
    ours('remove', 'finish', 900_000, { do: 'remove', release }),
  ]
  const exports = planExports({ ...input, previousRelease: expectCurrent ?? '' })
  return { ...input, kind: 'remove', exports, main, undo: [] }
}
