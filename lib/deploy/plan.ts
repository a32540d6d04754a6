// The planner: what is wanted → a plan, plain data, decided before any server is touched. Order of the life cycle: seeds §1.2.
import { planExports } from './exports.ts'
import type { ActivationInput, PlanInput } from './plan-input.ts'
import { plannedHooks } from './plan-hooks.ts'
import type { HookTree } from './plan-hooks.ts'
import { checkOfHealth, checksAfter, checksBefore, preparations, restarts } from './plan-presets.ts'
import { placing } from './plan-place.ts'
import { letsIn, traffic } from './plan-traffic.ts'
import { mebibyte, ours, runHooks } from './plan-steps.ts'
import type { Draft, PlanDrafts } from './plan-steps.ts'
import { optionFindings } from '../spec/caches.ts'
import { panelChecks, readinessFindings } from '../spec/readiness.ts'
import { planLeftovers, planRetention } from './retention.ts'
import type { Plan, Segment, Step } from './types.ts'

export type {
  ActivationInput,
  KnownRelease,
  PanelHook,
  PlanEnvironment,
  PlanInput,
  ReleaseRef,
  RepositoryHook,
} from './plan-input.ts'

/**
 * Of kind `deploy`: check → before.pull (from the live release) → tree → release → variables → files → shared paths, caches,
 * packages → after.pull → permissions → before.deploy → readiness → complete → traffic.out (from the live release) → files outside
 * the release → switch → after.deploy → restarts → readiness → traffic.in → deploy.success → health check (before deploy.success
 * when it can put the release before back) → prune; on failure before the switch, those files put back, deploy.failure and prune, of
 * what earlier failures left. `undo` is flown when a switch has to be taken back.
 */
export function draftDeployment(input: PlanInput): PlanDrafts {
  const { environment, server, release, revision, live, panelHooks, tree } = input
  const newTree: HookTree = { from: 'new', release: { name: release, revision }, hooks: input.newHooks }
  const liveTree: HookTree | null = live && { from: 'live', release: live, hooks: input.liveHooks }
  const expectCurrent = live?.name ?? null
  // A first tree is written once as the pristine copy and once as the release; later ones change the copy in place.
  const copies = tree.base === null ? 2 : 1
  const inodes = tree.files + tree.directories + tree.links
  const hooks = (event: Parameters<typeof plannedHooks>[0], stage: Draft['stage'], from: HookTree | null = newTree) =>
    runHooks(plannedHooks(event, from, { server, panelHooks }), stage)
  const { options } = environment
  const health = checkOfHealth(options, newTree.release)
  const rollsBack = options.healthCheck?.onFailure === 'rollback'
  const outside = placing(release, input.placed, environment.permissions)
  const visitors = traffic(input, newTree, liveTree)
  const kept = planRetention({ release, previous: expectCurrent, keep: environment.keep, releases: input.releases })
  const main: Draft[] = [
    ours('check', 'check', 30_000, {
      do: 'check',
      needBytes: copies * tree.totalBytes + 16 * mebibyte,
      needInodes: copies * inodes + 100,
      expectCurrent,
      adopt: input.adopt,
    }),
    ...hooks('before.pull', 'ship', liveTree),
    ours('tree', 'ship', 1_800_000, {
      do: 'tree',
      revision: tree.revision,
      base: tree.base,
      files: tree.files,
      directories: tree.directories,
      links: tree.links,
      ...(Object.keys(tree.contents).length === 0 ? {} : { contents: tree.contents }),
    }),
    ours('release', 'ship', 900_000, {
      do: 'release',
      release,
      revision,
      ...(options.subdirectory === '' ? {} : { subdirectory: options.subdirectory }),
    }),
    ours('variables', 'ship', 30_000, { do: 'variables', release, sha256: input.envSha256 }),
    ...(input.files.length > 0 ? [ours('files', 'ship', 60_000, { do: 'files', release, files: input.files })] : []),
    ...preparations(options, input.packages, newTree.release),
    ...hooks('after.pull', 'ship'),
    ours('permissions', 'ship', 600_000, { do: 'permissions', release, permissions: environment.permissions }),
    ...hooks('before.deploy', 'ship'),
    ...checksBefore(options, newTree.release),
    ours('complete', 'ship', 300_000, { do: 'complete', release, revision, envSha256: input.envSha256 }),
    ...visitors.out,
    ...outside.place,
    ours('switch', 'switch', 30_000, { do: 'switch', release, expectCurrent }),
    ...hooks('after.deploy', 'finish'),
    ...restarts(options, newTree.release, 'after.deploy', 'finish'),
    ...checksAfter(options, newTree.release),
    ...visitors.in,
    ...(rollsBack ? health : []),
    ...hooks('deploy.success', 'finish'),
    ...(rollsBack ? [] : health),
    { ...ours('prune', 'finish', 900_000, { do: 'prune', ...kept }), failure: 'ignored' },
  ]
  const leftovers = planLeftovers({ release, previous: expectCurrent, releases: input.releases })
  const failed = [...hooks('deploy.failure', 'finish'), ...pruneLeftovers(leftovers, kept.keep)].map(
    (draft): Draft => ({ ...draft, phase: 'failure' }),
  )
  const undo = [
    ...undoDrafts(input, newTree, visitors.undo),
    ...runHooks(plannedHooks('deploy.failure', newTree, input), 'undo'),
  ]
  const isRestarted = options.restarts.length > 0 || hooks('after.deploy', 'finish').length > 0
  const findings = [...input.findings, ...optionFindings(options), ...readinessFindings(options, isRestarted)]
  return {
    ...input,
    findings,
    kind: 'deploy',
    exports: exportsOf(input),
    main: [...main, ...outside.failed, ...visitors.back, ...failed],
    undo,
    ...panelChecks(options),
  }
}

/**
 * Plan of kind `activate`: check → rollback/before (from the release being left) → verify → traffic.out → its files outside →
 * switch → restarts → readiness → traffic.in → rollback/after (from the same). Roll back is this with the release before.
 */
export function draftActivation(input: ActivationInput): PlanDrafts {
  const { release, live, envSha256 } = input
  const newTree: HookTree = { from: 'new', release: { name: release, revision: input.revision }, hooks: input.newHooks }
  const liveTree: HookTree | null = live && { from: 'live', release: live, hooks: input.liveHooks }
  const expectCurrent = live?.name ?? null
  const outside = placing(release, input.placed, input.environment.permissions)
  const visitors = traffic(input, newTree, liveTree)
  const main: Draft[] = [
    ours('check', 'check', 30_000, { do: 'check', needBytes: 0, needInodes: 0, expectCurrent, adopt: false }),
    ...runHooks(plannedHooks('rollback/before', liveTree, input), 'switch'),
    ours('verify', 'switch', 30_000, { do: 'verify', release, envSha256 }),
    ...visitors.out,
    ...outside.place,
    ours('switch', 'switch', 30_000, { do: 'switch', release, expectCurrent }),
    ...restarts(input.environment.options, newTree.release, 'after.deploy', 'finish'),
    ...checksAfter(input.environment.options, newTree.release),
    ...visitors.in,
    ...runHooks(plannedHooks('rollback/after', liveTree, input), 'finish'),
    ...outside.failed,
    ...visitors.back,
  ]
  return {
    ...input,
    kind: 'activate',
    exports: exportsOf(input),
    main,
    undo: undoDrafts(input, newTree, visitors.undo),
    ...panelChecks(input.environment.options),
  }
}

/**
 * The segment `undo` of a plan whose switch has happened. `previousRelease` is what the server says was live before (the
 * journal's fact `previous`), which is trusted over the plan; null removes `current`, as there was nothing before. When nothing
 * was switched (`isSwitched` false), only files that were placed for it are put back, and visitors let in again.
 */
export function planUndo(plan: Plan, previousRelease: string | null, isSwitched = true): Segment {
  const lane = plan.stages.find((stage) => stage.name === 'undo')?.batches[0]?.lanes[0]
  if (!lane) throw new Error('a plan without an undo stage')
  return { name: 'undo', targetId: lane.targetId, steps: undoSteps(plan, lane, previousRelease, isSwitched) }
}

/** What of a lane's undo is needed, and what it goes back to. */
export function undoSteps(
  plan: Pick<Plan, 'release'>,
  lane: { steps: Step[] },
  previousRelease: string | null,
  isSwitched: boolean,
): Step[] {
  const needed = isSwitched ? lane.steps : lane.steps.filter((step) => step.action.do === 'unplace' || letsIn(step))
  return needed.map((step) =>
    step.action.do === 'switch' || step.action.do === 'unlink'
      ? { ...step, ...switchBack(plan.release, previousRelease), n: step.n }
      : step,
  )
}

/** JSON with sorted keys and no white space: equal plans give equal text, in whatever order their keys were written. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
  })
}

/** Rollback hooks of the release that failed, around the switch back. A failing hook must not keep a server on it. */
function undoDrafts(
  input: PlanInput | ActivationInput,
  newTree: HookTree,
  visitors: ReturnType<typeof traffic>['undo'],
): Draft[] {
  const hooks = (event: 'rollback/before' | 'rollback/after') =>
    runHooks(plannedHooks(event, newTree, input, 'ignored'), 'undo')
  return [
    ...visitors.out,
    ...hooks('rollback/before'),
    switchBack(input.release, input.live?.name ?? null),
    ...placing(input.release, input.placed, input.environment.permissions).undo,
    ...restarts(input.environment.options, newTree.release, 'rollback/after', 'undo'),
    ...hooks('rollback/after'),
    ...visitors.in,
  ]
}

function pruneLeftovers(remove: string[], keep: string[]): Draft[] {
  if (remove.length === 0) return []
  return [{ ...ours('prune', 'finish', 900_000, { do: 'prune', remove, keep }), failure: 'ignored' }]
}

function switchBack(release: string, previous: string | null): Draft {
  return previous === null
    ? ours('unlink', 'undo', 30_000, { do: 'unlink', expectCurrent: release })
    : ours('switch', 'undo', 30_000, { do: 'switch', release: previous, expectCurrent: release })
}

function exportsOf(input: PlanInput | ActivationInput): Record<string, string> {
  return planExports({ ...input, previousRelease: input.live?.name ?? '' })
}
