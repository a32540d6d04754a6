// What differs between two plans, in words for people: what changed since a plan was shown, and which hooks two releases had.
import { canonicalJson } from './plan.ts'
import type { Action, LifecycleEvent, Plan, PlannedHook, Step } from './types.ts'

export type PlanDifference = {
  part: 'commit' | 'server' | 'live' | 'variables' | 'files' | 'hook' | 'settings' | 'cleanup' | 'step'
  message: string
}
/** `name` as steps are named: `after.pull`, `after.pull (panel)`. */
export type HookChange = {
  name: string
  event: LifecycleEvent
  origin: PlannedHook['origin']
  change: 'added' | 'removed' | 'changed'
}

/** Empty when both do the same. Names of releases that the plans themselves make are no difference. */
export function planDifferences(shown: Plan, now: Plan): PlanDifference[] {
  const found: PlanDifference[] = []
  const tell = (part: PlanDifference['part'], message: string): void => void found.push({ part, message })
  if (shown.revision !== now.revision)
    tell('commit', `The commit is ${short(now.revision)} now; shown was ${short(shown.revision)}.`)
  if (shown.segments[0]?.targetId !== now.segments[0]?.targetId) tell('server', 'The server is another one now.')
  const [left, leaves] = [leftBy(shown), leftBy(now)]
  if (left !== leaves) tell('live', `${leaves ?? 'Nothing'} is live now; it was ${left ?? 'nothing'}.`)
  if (envOf(shown) !== envOf(now)) tell('variables', 'The variables are others now.')
  const files = changedFiles(shown, now)
  if (files.length > 0) tell('files', `Files were changed: ${files.join(', ')}.`)
  for (const { name, change } of hookChanges(shown, now)) tell('hook', hookSentence(name, change))
  const settings = changedSettings(shown, now)
  if (settings.length > 0) tell('settings', `Settings were changed: ${settings.join(', ')}.`)
  const [swept, sweeps] = [removals(shown), removals(now)]
  for (const name of sweeps.filter((one) => !swept.includes(one))) tell('cleanup', `${name} would be removed, too.`)
  for (const name of swept.filter((one) => !sweeps.includes(one))) tell('cleanup', `${name} would stay.`)
  const steps = otherSteps(shown, now)
  if (steps.length > 0) tell('step', `Other steps: ${steps.join(', ')}.`)
  else if (order(shown) !== order(now) && hookChanges(shown, now).length === 0)
    tell('step', 'The steps come in another order.')
  return found
}

/** How the hooks of `after` differ from those of `before` (null = nothing ran before), in the order of the steps. */
export function hookChanges(before: Plan | null, after: Plan): HookChange[] {
  const [old, fresh] = [before ? hooksOf(before) : new Map<string, PlannedHook>(), hooksOf(after)]
  return [...new Set([...fresh.keys(), ...old.keys()])].flatMap((name): HookChange[] => {
    const [was, is] = [old.get(name), fresh.get(name)]
    const { event, origin } = (is ?? was)!
    if (!was) return [{ name, event, origin, change: 'added' }]
    if (!is) return [{ name, event, origin, change: 'removed' }]
    return ways(was) === ways(is) ? [] : [{ name, event, origin, change: 'changed' }]
  })
}

function hookSentence(name: string, change: HookChange['change']): string {
  if (change === 'added') return `The hook ${name} was added.`
  return change === 'removed' ? `The hook ${name} is gone.` : `The hook ${name} was changed.`
}

/** Everything that a person would call another hook. */
function ways({ sha256, path, user, timeoutMs, failure }: PlannedHook): string {
  return JSON.stringify([sha256, path, user ?? null, timeoutMs, failure])
}

function hooksOf(plan: Plan): Map<string, PlannedHook> {
  const hooks = new Map<string, PlannedHook>()
  for (const { name, action } of stepsOf(plan)) if (action.do === 'hook') hooks.set(name, action.hook)
  return hooks
}

/** Of every stage, the undo included. */
function stepsOf({ stages }: Plan): Step[] {
  return stages.flatMap(({ batches }) => batches.flatMap(({ lanes }) => lanes.flatMap(({ steps }) => steps)))
}

function actionOf<D extends Action['do']>(plan: Plan, name: D): Extract<Action, { do: D }> | null {
  const found = stepsOf(plan).find(({ stage, action }) => stage !== 'undo' && action.do === name)
  return found ? (found.action as Extract<Action, { do: D }>) : null
}

function leftBy(plan: Plan): string | null {
  return actionOf(plan, 'check')?.expectCurrent ?? null
}

/** SHA-256 of the `.env` of the release that the plan makes, activates or configures; null = none of ours. */
export function envOf(plan: Plan): string | null {
  const configure = actionOf(plan, 'configure')
  if (configure) return configure.sha256
  return (actionOf(plan, 'complete') ?? actionOf(plan, 'verify'))?.envSha256 ?? null
}

/** Paths of files of the panel that one plan writes and the other doesn't, or otherwise. */
function changedFiles(shown: Plan, now: Plan): string[] {
  const [old, fresh] = [writtenBy(shown), writtenBy(now)]
  return [...new Set([...old.keys(), ...fresh.keys()])].filter((path) => old.get(path) !== fresh.get(path)).sort()
}

/** By path, all of a file that matters; a revision that is as the one before doesn't. */
function writtenBy(plan: Plan): Map<string, string> {
  const inRelease = (actionOf(plan, 'files')?.files ?? []).map(
    ({ revision: _saved, ...file }) => [file.path, canonicalJson(file)] as const,
  )
  const outside = (actionOf(plan, 'place')?.files ?? []).map(
    ({ made, ...place }) => [place.path, canonicalJson({ ...place, ...made, revision: null })] as const,
  )
  return new Map([...inRelease, ...outside])
}

function removals(plan: Plan): string[] {
  return stepsOf(plan).flatMap(({ phase, action }) => (action.do === 'prune' && phase === 'main' ? action.remove : []))
}

/** Exports that follow from something else that is told by itself. */
const derived =
  /^(COMMIT_ID|RELEASE_|DEPLOYMENT_DIRECTORY|APPLICATION_ROOT|FAIRLEAD_(RELEASE|REVISION|DEPLOYMENT|PREVIOUS))/

function changedSettings(shown: Plan, now: Plan): string[] {
  const names = new Set([...Object.keys(shown.exports), ...Object.keys(now.exports)])
  const exports = [...names].filter((name) => !derived.test(name) && shown.exports[name] !== now.exports[name])
  const others = Object.entries(notExported).filter(([, of]) => canonicalJson(of(shown)) !== canonicalJson(of(now)))
  return [...exports, ...others.map(([name]) => name)].sort()
}

const notExported: Record<string, (plan: Plan) => unknown> = {
  permissions: (plan) => (actionOf(plan, 'permissions') ?? actionOf(plan, 'configure'))?.permissions ?? null,
  'the directory of the repository': (plan) => actionOf(plan, 'release')?.subdirectory ?? null,
  'taking over what is there': (plan) => actionOf(plan, 'check')?.adopt ?? null,
}

function otherSteps(shown: Plan, now: Plan): string[] {
  const [old, fresh] = [ours(shown), ours(now)]
  return [...new Set([...old.filter((name) => !fresh.includes(name)), ...fresh.filter((name) => !old.includes(name))])]
}

function order(plan: Plan): string {
  return stepsOf(plan)
    .map(({ name }) => name)
    .join('\n')
}

function ours(plan: Plan): string[] {
  return stepsOf(plan).flatMap(({ name, action }) => (action.do === 'hook' ? [] : [name]))
}

function short(revision: string): string {
  return revision.slice(0, 7)
}
