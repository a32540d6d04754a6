// Files that stand outside the release that a run makes: placed just before the switch, so that code and files change together,
// and put back by whatever ends badly. And the plan that applies files to the release that is live.
import { planExports } from './exports.ts'
import type { ConfigurationInput } from './plan-input.ts'
import { aroundConfiguration } from './plan-configure.ts'
import { ours } from './plan-steps.ts'
import type { Draft, PlanDrafts } from './plan-steps.ts'
import type { Permissions, PlacedFile } from './types.ts'

/** Nothing where there are no such files. `failed` runs when what follows fails before the switch, `undo` after it. */
export function placing(
  release: string,
  files: PlacedFile[],
  permissions: Permissions,
): { place: Draft[]; failed: Draft[]; undo: Draft[] } {
  if (files.length === 0) return { place: [], failed: [], undo: [] }
  const back = ours('put files back', 'undo', 120_000, {
    do: 'unplace',
    release,
    segment: 'main',
    files: files.map(({ target, path }) => ({ target, path })),
  })
  return {
    place: [ours('place files', 'switch', 120_000, { do: 'place', release, files, permissions })],
    failed: [{ ...back, stage: 'switch', phase: 'failure' }],
    undo: [back],
  }
}

export type PlacementInput = Omit<ConfigurationInput, 'set' | 'before'> & {
  /** What becomes of files of the live release, and of those beside it. */
  files: PlacedFile[]
  /** Ids of the revisions that the release has then, and those that it has now. */
  holds: { then: string[]; now: string[] }
}

/** Plan of kind `configure` for files: check → config/before-change → place files → config/after-change → restarts. */
export function draftPlacement(input: PlacementInput): PlanDrafts {
  const { live, files, holds } = input
  const { permissions } = input.environment
  const { name: release, revision } = live
  const spots = files.map(({ target, path }) => ({ target, path }))
  const { main, undo } = aroundConfiguration(input, {
    change: ours('place files', 'switch', 120_000, { do: 'place', release, files, permissions, holds: holds.then }),
    back: ours('put files back', 'undo', 120_000, {
      do: 'unplace',
      release,
      segment: 'main',
      files: spots,
      holds: holds.now,
    }),
  })
  const exports = planExports({ ...input, release, revision, previousRelease: release })
  return { ...input, kind: 'configure', release, revision, exports, main, undo }
}
