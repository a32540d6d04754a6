// Plan of kind `configure`: other variables for the release that is live.
import { planExports } from './exports.ts'
import type { ConfigurationInput } from './plan-input.ts'
import { plannedHooks } from './plan-hooks.ts'
import type { HookTree } from './plan-hooks.ts'
import { restarts } from './plan-presets.ts'
import { mebibyte, ours, runHooks } from './plan-steps.ts'
import type { Draft, PlanDrafts } from './plan-steps.ts'

/**
 * check → config/before-change → configure → config/after-change → restarts, all of the live release, in one segment. `undo`
 * goes the same way back, where no hook may keep a server on variables that were to be undone.
 */
export function draftConfiguration(input: ConfigurationInput): PlanDrafts {
  const { live, set, before } = input
  const { permissions } = input.environment
  const { name: release, revision } = live
  const { main, undo } = aroundConfiguration(input, {
    change: ours('configure', 'switch', 30_000, { do: 'configure', release, ...set, permissions }),
    back: ours('restore', 'undo', 30_000, { do: 'restore', release, segment: 'main', number: before, permissions }),
  })
  const exports = planExports({ ...input, release, revision, previousRelease: release })
  return { ...input, kind: 'configure', release, revision, exports, main, undo }
}

/** What belongs around a change of the live release, and around the way back. */
export function aroundConfiguration(
  { live, server, panelHooks, liveHooks, environment: { options } }: Omit<ConfigurationInput, 'set' | 'before'>,
  { change, back }: { change: Draft; back: Draft },
): { main: Draft[]; undo: Draft[] } {
  const tree: HookTree = { from: 'live', release: live, hooks: liveHooks }
  const hooks = (event: 'config/before-change' | 'config/after-change', stage: Draft['stage']) =>
    runHooks(plannedHooks(event, tree, { server, panelHooks }, stage === 'undo' ? 'ignored' : undefined), stage)
  const check = { do: 'check', needBytes: mebibyte, needInodes: 10, expectCurrent: live.name, adopt: false } as const
  return {
    main: [
      ours('check', 'check', 30_000, check),
      ...hooks('config/before-change', 'switch'),
      change,
      ...hooks('config/after-change', 'finish'),
      ...restarts(options, live, 'config/after-change', 'finish'),
    ],
    undo: [
      ...hooks('config/before-change', 'undo'),
      back,
      ...hooks('config/after-change', 'undo'),
      ...restarts(options, live, 'config/after-change', 'undo'),
    ],
  }
}
