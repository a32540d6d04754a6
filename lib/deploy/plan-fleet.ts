// Several targets: what each is to do, cut at the barriers and put together. Everything is complete everywhere before anything
// switches; then servers switch in batches; what is done once is done when the last of them has.
import { undoSteps } from './plan.ts'
import { numbered, planHead } from './plan-steps.ts'
import { letsIn } from './plan-traffic.ts'
import type { Draft, PlanDrafts } from './plan-steps.ts'
import { minimumOf, nextBatch, plannedBatches } from './strategy.ts'
import type { FleetTarget } from './strategy.ts'
import type { Finding, OutsideTarget, Plan, PlannedTarget, Segment, Step, Strategy } from './types.ts'

export type FleetLane = PlanDrafts & { target: PlannedTarget }

type Part = 'ship' | 'switch' | 'finish'
type FleetPart = Pick<NonNullable<Plan['fleet']>, 'targets' | 'strategy' | 'outside'>
type PlanStage = Plan['stages'][number]
type PlanLane = PlanStage['batches'][number]['lanes'][number]

/**
 * The plan for `lanes`, whose order is that of the targets: K in `ship-K` is a lane's place among them, from 1. `others`: servers of
 * the environment that the run is not for.
 */
export function assembleFleet(lanes: FleetLane[], wanted: Strategy, others: OutsideTarget[] = []): Plan {
  const [first] = lanes
  if (!first) throw new Error('a fleet without a target')
  const fleet = fleetPart(lanes, wanted, others)
  const hasFinish = comesBack(lanes)
  const stages: PlanStage[] = [
    ...stagesOf(lanes, 'ship', hasFinish),
    ...switchStage(lanes, fleet, hasFinish),
    ...stagesOf(lanes, 'finish', hasFinish),
    ...undoStage(lanes),
  ]
  const exportsOf = new Map(lanes.map(({ targetId, exports }) => [targetId, exports]))
  const segments = stages.flatMap(({ batches }) =>
    batches.flatMap((batch) =>
      batch.lanes.map(({ targetId, segment = '', steps }): Segment => {
        return { name: segment, targetId, steps, exports: exportsOf.get(targetId) ?? {} }
      }),
    ),
  )
  return {
    ...planHead(first),
    stages,
    segments,
    findings: [...findingsOf(lanes), ...impossible(fleet)],
    fleet: { ...fleet, ...(first.checks && { checks: first.checks }) },
  }
}

/** Whether a run on one target has to look at others: what the panel asks needs a barrier to ask at, and a minimum counts them. */
export function isFleet(lanes: FleetLane[], wanted: Strategy, others: OutsideTarget[]): boolean {
  return lanes.length > 1 || lanes[0]?.checks !== undefined || fleetPart(lanes, wanted, others).outside !== undefined
}

/** Where nothing stops serving, how many have to go on doesn't matter; without a minimum, others don't. */
function fleetPart(lanes: FleetLane[], wanted: Strategy, others: OutsideTarget[]): FleetPart {
  const hasFinish = comesBack(lanes)
  const isSwitching = lanes.some((lane) => switchDrafts(lane, hasFinish).length > 0)
  const strategy = isSwitching ? wanted : { ...wanted, minimumHealthy: null, canary: null, likeCodeDeploy: false }
  const targets = lanes.map(({ target }) => target)
  const isCounting = others.length > 0 && minimumOf(fleetOf({ targets }), strategy) !== null
  return { targets, strategy, ...(isCounting && { outside: others }) }
}

/**
 * What a target flies when it has to be put back: `previous` is what was live there by its own word (null = nothing). Without a
 * switch only files that were placed for it are put back.
 */
export function planFleetUndo(
  plan: Plan,
  targetId: string,
  previous: string | null,
  isSwitched = true,
): Segment | null {
  const lane = undoLanes(plan).find((one) => one.targetId === targetId && one.segment?.startsWith('undo-'))
  const known = plan.segments.find(({ name }) => name === lane?.segment)
  return lane && known ? { ...known, steps: undoSteps(plan, lane, previous, isSwitched) } : null
}

/** The lane of a target in a part of the plan that has one lane a target. */
export function segmentOf(plan: Plan, part: 'switch' | 'failure', targetId: string): Segment | null {
  return plan.segments.find((one) => one.targetId === targetId && one.name.startsWith(`${part}-`)) ?? null
}

/** What a target flies in its batch: it switches; then, once the panel has found it ready, visitors are let in (`switch-K-2`). */
export function switchingOf(plan: Plan, targetId: string): Segment[] {
  return plan.segments.filter((one) => one.targetId === targetId && one.name.startsWith('switch-'))
}

/** As the strategy knows them before the run: its targets, and behind them those that it only counts. */
export function fleetOf({ targets, outside = [] }: Pick<FleetPart, 'targets' | 'outside'>): FleetTarget[] {
  const known = ({ targetId, health, revision }: OutsideTarget): FleetTarget => ({
    ...{ targetId, health, revision },
    result: null,
  })
  return [...targets.map(known), ...outside.map((one) => ({ ...known(one), outside: true }))]
}

/** The same plan for a target whose pristine tree isn't what was believed: everything is shipped there. */
export function withoutBase(plan: Plan, targetId: string): Plan {
  const whole = (step: Step): Step =>
    step.action.do === 'tree' ? { ...step, action: { ...step.action, base: null } } : step
  const changed = <T extends { targetId: string; steps: Step[] }>(one: T): T =>
    one.targetId === targetId ? { ...one, steps: one.steps.map(whole) } : one
  return {
    ...plan,
    segments: plan.segments.map(changed),
    stages: plan.stages.map((stage) => ({
      ...stage,
      batches: stage.batches.map((batch) => ({ ...batch, lanes: batch.lanes.map(changed) })),
    })),
  }
}

/**
 * Whether anything is left to do when the last server has switched. Pruning alone is not worth coming back to each of them: what a
 * deployment prunes, no undo goes back to.
 */
function comesBack(lanes: FleetLane[]): boolean {
  const isLast = (draft: Draft) => !isFailure(draft) && draft.action.do !== 'prune' && partOf(draft, true) === 'finish'
  return lanes.some(({ kind, main }) => kind !== 'deploy' || main.some(isLast))
}

/** Where a step belongs. A hook that runs once can't run inside a batch: it comes before the first or after the last. */
function partOf(draft: Draft, hasFinish: boolean): Part {
  const { stage, action } = draft
  if (stage === 'check' || stage === 'ship' || action.do === 'verify') return 'ship'
  const isOnce = action.do === 'hook' && action.hook.once
  if (stage === 'switch') return isOnce ? 'ship' : 'switch'
  if (action.do === 'prune') return hasFinish ? 'finish' : 'switch'
  if (isOnce || action.do === 'remove') return 'finish'
  // The check that can put the release before back has to be there before the next batch.
  const isLast = action.do === 'hook' && action.hook.event === 'deploy.success' && !isGate(action.hook)
  return isLast ? 'finish' : 'switch'
}

function isGate({ origin, failure }: { origin: string; failure: string }): boolean {
  return origin === 'fairlead' && failure === 'stops'
}

/** Lanes of a part, a stage for each piece between hooks that run once. */
function stagesOf(lanes: FleetLane[], part: 'ship' | 'finish', hasFinish: boolean): PlanStage[] {
  const drafts = lanes.map((lane) => ({ lane, rest: partDrafts(lane, part, hasFinish) }))
  const once = [...new Set(drafts.flatMap(({ rest }) => rest.flatMap((draft) => onceKey(draft) ?? [])))]
  const stages: PlanStage[] = []
  for (const [index, key] of [...once, null].entries()) {
    const before = drafts.map((one) => {
      const at = key === null ? one.rest.length : one.rest.findIndex((draft) => onceKey(draft) === key)
      const piece = { lane: one.lane, steps: one.rest.slice(0, Math.max(at, 0)), once: one.rest[at] }
      one.rest = at < 0 ? one.rest : one.rest.slice(at + 1)
      return piece
    })
    const name = (lane: FleetLane) => `${part}-${placeOf(lane)}${index === 0 ? '' : `-${index + 1}`}`
    stages.push(stage(part, [before.map(({ lane, steps }) => planLane(lane, name(lane), steps))]))
    const chosen = before.find((piece) => piece.once)
    if (chosen?.once) stages.push(stage(part, [[planLane(chosen.lane, `once-${part}-${index + 1}`, [chosen.once])]]))
  }
  return stages.filter(({ batches }) => batches.length > 0)
}

function partDrafts(lane: FleetLane, part: Part, hasFinish: boolean): Draft[] {
  return lane.main.filter((draft) => !isFailure(draft) && partOf(draft, hasFinish) === part)
}

/** What a failed run does on a target at its end; files are put back, and visitors let in, by the lane that did the opposite. */
function isFailure({ phase, action }: Draft): boolean {
  const isOfSwitch = action.do === 'unplace' || (letsIn({ action }) && !(action.do === 'hook' && action.hook.once))
  return phase === 'failure' && !isOfSwitch
}

function onceKey({ action }: Draft): string | null {
  return action.do === 'hook' && action.hook.once ? `${action.hook.event} ${action.hook.path}` : null
}

function switchStage(lanes: FleetLane[], fleet: FleetPart, hasFinish: boolean): PlanStage[] {
  const switching = lanes.flatMap((lane) => {
    const [first, ...others] = switchPieces(lane, hasFinish)
    const name = `switch-${placeOf(lane)}`
    return [planLane(lane, name, first ?? []), ...others.map((drafts) => planLane(lane, `${name}-2`, drafts))]
  })
  const planned = plannedBatches(fleetOf(fleet), fleet.strategy)
  const batches = planned.length > 0 ? planned : [lanes.map(({ targetId }) => targetId)]
  const made = stage(
    'switch',
    batches.map((ids) => ids.flatMap((id) => switching.filter(({ targetId }) => targetId === id))),
  )
  return made.batches.length > 0 ? [made] : []
}

/** What the panel asks it asks between two pieces: nobody is let in before it has found the server ready. */
function switchPieces(lane: FleetLane, hasFinish: boolean): Draft[][] {
  const drafts = switchDrafts(lane, hasFinish)
  const at = lane.checks ? drafts.findIndex((draft) => draft.phase === 'main' && letsIn(draft)) : -1
  if (at < 0) return [drafts]
  const later = drafts.slice(at).filter(({ phase }) => phase === 'main')
  return [drafts.filter((draft) => !later.includes(draft)), later]
}

/** Who agreed to take over what isn't ours has to be known where it is taken over; what is live there is what the switch finds. */
function switchDrafts(lane: FleetLane, hasFinish: boolean): Draft[] {
  const drafts = partDrafts(lane, 'switch', hasFinish)
  const check = lane.main.find(({ action }) => action.do === 'check')
  if (drafts.length === 0 || check?.action.do !== 'check' || !check.action.adopt) return drafts
  const found = drafts.find(({ action }) => action.do === 'switch')?.action
  const expectCurrent = found?.do === 'switch' ? found.expectCurrent : check.action.expectCurrent
  return [
    { ...check, stage: 'switch', action: { ...check.action, expectCurrent, needBytes: 0, needInodes: 0 } },
    ...drafts,
  ]
}

/** First what was live, everywhere; then what belongs to a failure. */
function undoStage(lanes: FleetLane[]): PlanStage[] {
  const isOfFailure = ({ action }: Draft) => action.do === 'hook' && action.hook.event === 'deploy.failure'
  const isElsewhere = (lane: FleetLane, { action }: Draft) =>
    action.do === 'hook' && action.hook.once === true && lane !== lanes[0]
  const undo = lanes.map((lane) => {
    const drafts = lane.undo.filter((draft) => !isOfFailure(draft) && !isElsewhere(lane, draft))
    return planLane(lane, `undo-${placeOf(lane)}`, drafts)
  })
  const failure = lanes.map((lane) => {
    const drafts = lane.main.filter((draft) => isFailure(draft) && !isElsewhere(lane, draft))
    const main = drafts.map((draft): Draft => ({ ...draft, stage: 'undo', phase: 'main' }))
    return planLane(lane, `failure-${placeOf(lane)}`, main)
  })
  const made = stage('undo', [undo, failure])
  return made.batches.length > 0 ? [made] : []
}

function undoLanes(plan: Plan): PlanLane[] {
  return plan.stages
    .filter(({ name }) => name === 'undo')
    .flatMap(({ batches }) => batches.flatMap(({ lanes }) => lanes))
}

function stage(name: PlanStage['name'], batches: PlanLane[][]): PlanStage {
  const full = batches.map((lanes) => lanes.filter(({ steps }) => steps.length > 0)).filter(({ length }) => length > 0)
  return { name, batches: full.map((lanes) => ({ lanes })) }
}

/** What a lane of the plan for one target kept in `main`, this one keeps in the lane that switches. */
function planLane(lane: FleetLane, segment: string, drafts: Draft[]): PlanLane {
  const kept = `switch-${placeOf(lane)}`
  const named = drafts.map((draft): Draft => {
    const { action } = draft
    const isKept = action.do === 'restore' || action.do === 'unplace'
    return isKept ? { ...draft, action: { ...action, segment: kept } } : draft
  })
  return { targetId: lane.targetId, segment, steps: numbered(named) }
}

function placeOf({ target }: FleetLane): number {
  return target.place
}

/** A strategy by which not one server may change. */
function impossible(fleet: FleetPart): Finding[] {
  const first = nextBatch(fleetOf(fleet), fleet.strategy, 0)
  if (first.next !== 'stop') return []
  return [{ level: 'error', code: first.code, message: first.reason, hint: 'Nothing is begun on any server.' }]
}

/** What is found of every target is said once. */
function findingsOf(lanes: FleetLane[]): Finding[] {
  const all = lanes.flatMap(({ findings }) => findings)
  return all.filter((one, at) => all.findIndex((other) => JSON.stringify(other) === JSON.stringify(one)) === at)
}
