// Plans of kind `remove`: one release that a person no longer wants on a server, or all of them, because the environment leaves it.
import { planExports } from './exports.ts'
import type { LeaveInput, RemovalInput } from './plan-input.ts'
import { ours } from './plan-steps.ts'
import type { Draft, PlanDrafts } from './plan-steps.ts'

/** check → remove, without hooks; nothing becomes live, and nothing can be undone. */
export function draftRemoval(input: RemovalInput): PlanDrafts {
  return afterCheck(input, ours('remove', 'finish', 900_000, { do: 'remove', release: input.release }))
}

/** check → leave. What is cached beside releases was made by deployments, so it goes with them unless what is live stays. */
export function draftLeave({ keep, ...input }: LeaveInput): PlanDrafts {
  const { caches } = input.environment.options
  const made = (['vendor', 'node_modules'] as const).filter((name) => caches[name] === 'link')
  return afterCheck(input, ours('leave', 'finish', 900_000, { do: 'leave', keep, caches: made }))
}

function afterCheck(input: RemovalInput, step: Draft): PlanDrafts {
  const expectCurrent = input.live?.name ?? null
  const check = ours('check', 'check', 30_000, {
    do: 'check',
    needBytes: 0,
    needInodes: 0,
    expectCurrent,
    adopt: false,
  })
  const exports = planExports({ ...input, previousRelease: expectCurrent ?? '' })
  return { ...input, kind: 'remove', exports, main: [check, step], undo: [] }
}
