// What a deployment on several servers has come to so far, judged by what is known of it: pure. Asked at every barrier, by the worker
// that flies and by the one that took over, and answered the same.
import { fleetOf, planFleetUndo, segmentOf, switchingOf } from '@/lib/deploy/plan-fleet.ts'
import { canTakeOver, isOnce } from '@/lib/deploy/plan-once.ts'
import type { DeploymentState } from '@/lib/deploy/reducer.ts'
import { goesOn, judgeFleet, nextBatch } from '@/lib/deploy/strategy.ts'
import type { FleetTarget, Next, Stop as StrategyStop } from '@/lib/deploy/strategy.ts'
import type { Failure, Plan, PlannedTarget, Segment } from '@/lib/deploy/types.ts'
import { before, isAway, isPlaced, judgeSegment } from './judge.ts'

/** Why nothing goes forward any more. */
export type Stop = { status: 'failed' | 'cancelled'; failure: Failure | null }
type FleetPlan = Plan & { fleet: NonNullable<Plan['fleet']> }

export function isFleetPlan(plan: Plan): plan is FleetPlan {
  return plan.fleet !== undefined
}

/** What a target flies as long as all goes well, in order. */
export function forwardOf(plan: Plan, targetId: string): Segment[] {
  return plan.segments.filter((one) => one.targetId === targetId && !/^(undo|failure)-/.test(one.name))
}

/** Why a target does not go on; null = it may. */
export function failureOfTarget(state: DeploymentState, plan: FleetPlan, targetId: string): Failure | null {
  const noted = state.failedTargets.find((one) => one.targetId === targetId)
  if (noted) return noted.failure
  const server = serverOf(plan, targetId)
  for (const segment of forwardOf(plan, targetId)) {
    const judged = judgeSegment(state, segment, server)
    if (judged !== null && judged !== 'ok' && judged !== 'cancelled') return judged
  }
  return null
}

/** The servers as the strategy sees them now. One has succeeded when it serves the new release, or has nothing left to do. */
function fleetNow(state: DeploymentState, plan: FleetPlan): FleetTarget[] {
  return fleetOf(plan.fleet).map((target) => {
    if (failureOfTarget(state, plan, target.targetId)) return { ...target, result: 'failed' }
    const last = switchingOf(plan, target.targetId).at(-1) ?? forwardOf(plan, target.targetId).at(-1)
    const isDone = last && judgeSegment(state, last, '') === 'ok'
    return isDone ? { ...target, result: 'succeeded' } : target
  })
}

/** The target has all of the new release that it was to have. */
export function isWhole(state: DeploymentState, plan: FleetPlan, targetId: string): boolean {
  const own = switchingOf(plan, targetId)
  return own.length > 0 && own.every((segment) => judgeSegment(state, segment, '') === 'ok')
}

/** Whether servers that have switched keep the new release: whoever cancels may say so, else the strategy does. */
export function isKept(state: DeploymentState, plan: FleetPlan, stop: Stop | null): boolean {
  const asked = stop?.status === 'cancelled' ? state.cancel?.keep : undefined
  return stop === null || (asked ?? plan.fleet.strategy.onFailure === 'leave')
}

/** Whether a server stays as it is; never one that is only half there, has failed since, or is on its way back. */
export function isLeft(state: DeploymentState, plan: FleetPlan, targetId: string, stop: Stop | null): boolean {
  const isReturning = state.undos.some(({ segment }) => segment === `undo-${placeOf(plan, targetId)}`)
  const isFit = isWhole(state, plan, targetId) && failureOfTarget(state, plan, targetId) === null
  return isKept(state, plan, stop) && isFit && !isReturning
}

/** What comes after the batches that have begun. One that a worker left under way says nothing yet to whoever takes over. */
export function nextOf(state: DeploymentState, plan: FleetPlan): Next {
  const fleet = fleetNow(state, plan)
  const open = fleet.filter(({ result }) => result === null).map(({ targetId }) => targetId)
  const over = state.batches.filter(({ targetIds }) => !targetIds.some((id) => open.includes(id)))
  return nextBatch(fleet, plan.fleet.strategy, over.length)
}

/** At a barrier: whether nothing goes forward any more. */
export function stopNow(state: DeploymentState, plan: FleetPlan, isCancelled: boolean): Stop | null {
  if (isCancelled) return { status: 'cancelled', failure: null }
  const failure = failureOfOnce(state, plan)
  if (failure) return { status: 'failed', failure }
  const next = nextOf(state, plan)
  return next.next === 'stop' ? { status: 'failed', failure: failureOfFleet(state, plan, next) } : null
}

/** What runs once is for all servers: begun and not done well, it ends the run, and never runs a second time. */
function failureOfOnce(state: DeploymentState, plan: FleetPlan): Failure | null {
  for (const segment of plan.segments.filter(isOnce)) {
    if (!state.segments.some(({ name }) => name === segment.name)) continue
    const noted = state.failedTargets.find((one) => one.segment === segment.name)
    const judged = noted?.failure ?? judgeSegment(state, segment, serverOf(plan, segment.targetId))
    if (judged === null || judged === 'ok' || judged === 'cancelled') continue
    const step = segment.steps[0]?.name
    const why = `${step} runs once for all servers: none goes on without it, and it isn’t run a second time.`
    return { ...judged, ...(step !== undefined && { step }), message: `${judged.message} ${why}` }
  }
  return null
}

/** What has been sent to nobody, as its server failed before, and the first server that goes on and can do it instead. */
export function heirOfOnce(
  state: DeploymentState,
  plan: FleetPlan,
  names: (string | undefined)[],
): { segment: Segment; heir: PlannedTarget } | null {
  const hasFailed = (targetId: string) => failureOfTarget(state, plan, targetId) !== null
  const segment = plan.segments.find((one) => names.includes(one.name) && isOnce(one))
  if (!segment || state.segments.some(({ name }) => name === segment.name) || !hasFailed(segment.targetId)) return null
  const heir = plan.fleet.targets.find((one) => !hasFailed(one.targetId) && canTakeOver(plan, segment, one))
  return heir ? { segment, heir } : null
}

/** Inside a stage: one server's failure that fails them all. */
export function isDoomed(state: DeploymentState, plan: FleetPlan, isCancelled: boolean): boolean {
  if (isCancelled) return true
  if (goesOn(plan.fleet.strategy)) return failureOfOnce(state, plan) !== null
  return plan.fleet.targets.some(({ targetId }) => failureOfTarget(state, plan, targetId) !== null)
}

/** At the end: whether enough servers have succeeded. */
export function stopAtEnd(state: DeploymentState, plan: FleetPlan): Stop | null {
  const verdict = judgeFleet(fleetNow(state, plan), plan.fleet.strategy)
  return verdict.succeeded ? null : { status: 'failed', failure: failureOfFleet(state, plan, verdict) }
}

/** What a target flies to have again what was live there; null = it needn't, or nobody knows. */
export function undoOf(
  state: DeploymentState,
  plan: FleetPlan,
  targetId: string,
): { segment: Segment; release: string | null } | null {
  const isGivenUp = state.givenUp ?? state.givenUpTargets.find((one) => one.targetId === targetId)
  const planned = segmentOf(plan, 'switch', targetId)
  const flown = planned && state.segments.find(({ name }) => name === planned.name)
  const name = `undo-${placeOf(plan, targetId)}`
  const begun = state.undos.find(({ segment }) => segment === name)
  // What is on its way there, or runs, is followed to its end, or its end is said to be unknown.
  const isUnderWay = state.segments.some((one) => one.name === name && one.status !== 'ended')
  if ((isGivenUp && !isUnderWay) || !planned || !flown) return null
  const isSwitched = begun !== undefined || state.switched.some((one) => one.targetId === targetId)
  if (!isSwitched && !isPlaced(state, flown, planned) && !isAway(flown, planned)) return null
  const previous = begun ?? before(state, forwardOf(plan, targetId)[0]!, planned.name)
  if (!previous) return null
  const segment = planFleetUndo(plan, targetId, previous.release, isSwitched)
  return segment && { segment, release: previous.release }
}

/** What the failures say already. */
const saysItself = new Set<StrategyStop['code']>(['server_failed', 'none_succeeded', 'canary_failed'])

/** The first failure there was; what else failed, and why that is too much, behind it. */
function failureOfFleet(state: DeploymentState, plan: FleetPlan, { code, reason }: StrategyStop): Failure {
  const failed = plan.fleet.targets.flatMap(({ targetId, server }) => {
    const failure = failureOfTarget(state, plan, targetId)
    return failure ? [{ server, failure, order: orderOf(state, targetId) }] : []
  })
  const [first, ...others] = failed.sort((a, b) => a.order - b.order)
  if (!first) return { code: 'minimum_healthy', message: reason }
  const names = others.map(({ server }) => server).join(', ')
  const parts = [first.failure.message, ...(others.length > 0 ? [`Also failed: ${names}.`] : [])]
  if (!saysItself.has(code)) parts.push(reason)
  if (parts.length > 1) parts[0] = first.failure.message.replace(/[^.?!]$/, '$&.')
  return { ...first.failure, message: parts.join(' ') }
}

/** Failures are told in the order in which they were noted; ended segments keep that of their plan behind those. */
function orderOf(state: DeploymentState, targetId: string): number {
  const noted = state.failedTargets.findIndex((one) => one.targetId === targetId)
  if (noted >= 0) return noted
  const segments = state.segments.filter((one) => one.targetId === targetId && one.outcome !== 'ok')
  return state.failedTargets.length + Math.min(...segments.map(({ endedAt }) => endedAt ?? Number.MAX_SAFE_INTEGER))
}

function serverOf(plan: FleetPlan, targetId: string): string {
  return plan.fleet.targets.find((one) => one.targetId === targetId)?.server ?? ''
}

function placeOf(plan: FleetPlan, targetId: string): number {
  return plan.fleet.targets.find((one) => one.targetId === targetId)?.place ?? 0
}
