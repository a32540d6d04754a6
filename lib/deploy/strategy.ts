// Which of several servers change next, and whether a run over them has succeeded. Pure: asked again at every barrier, by the worker
// that flies and by the one that took over from it. The order and the arithmetic are those of CodeDeploy (seeds §3.6).
import type { Strategy } from './types.ts'

export type FleetTarget = {
  targetId: string
  /** Whether it serves: something is live, and its last change ended well or was put back. One that nobody knows of is unhealthy. */
  health: 'healthy' | 'unhealthy'
  /** What it has: the environment's live release, an earlier one, or what nobody knows. */
  revision: 'current' | 'old' | 'unknown'
  /** Of this run; null = its turn has not come. */
  result: 'succeeded' | 'failed' | null
  /** Not a target of this run: it counts as one that serves (or doesn't), and stays as it is. */
  outside?: boolean
}

export type StopCode =
  /** As many servers as there are would have to go on serving: not one may change. */
  | 'minimum_too_high'
  /** The minimum is reached (or missed) already: one server more, and fewer would serve. */
  | 'too_few_healthy'
  /** Without a minimum every server has to succeed. */
  | 'server_failed'
  | 'canary_failed'
  | 'none_succeeded'
export type Stop = { code: StopCode; reason: string }

/** `done` = every server had its turn, and the run has succeeded; `stop` = it has failed, whatever is left. */
export type Next = { next: 'batch'; targetIds: string[] } | ({ next: 'stop' } & Stop) | { next: 'done' }

/** Whether the others go on after a server has failed, as a minimum of them is enough. */
export function goesOn({ minimumHealthy, likeCodeDeploy }: Strategy): boolean {
  return minimumHealthy !== null || likeCodeDeploy
}

/** What follows when every server of the `begun` batches has its result. */
export function nextBatch(fleet: FleetTarget[], strategy: Strategy, begun: number): Next {
  const stop = stopOf(fleet, strategy, begun)
  if (stop) return { next: 'stop', ...stop }
  const waiting = inOrder(fleet)
  if (waiting.length === 0) {
    const verdict = judgeFleet(fleet, strategy)
    return verdict.succeeded ? { next: 'done' } : { next: 'stop', code: verdict.code, reason: verdict.reason }
  }
  const batch =
    begun === 0 && strategy.canary ? [canaryOf(fleet, waiting, strategy)] : batchOf(fleet, waiting, strategy)
  return { next: 'batch', targetIds: batch.map(({ targetId }) => targetId) }
}

/**
 * Whether a run whose servers have had their turns has succeeded. Without a minimum every server has to; with one, failures may take
 * less than all that it leaves room for (10 servers, at least 8: one may fail), and at least one server has to succeed.
 * Like CodeDeploy all of that room may be used, as long as the server that uses the last of it is the last to have its turn.
 */
export function judgeFleet(
  fleet: FleetTarget[],
  strategy: Strategy,
): { succeeded: true } | ({ succeeded: false } & Stop) {
  const minimum = minimumOf(fleet, strategy)
  const failed = countOf(fleet, 'failed')
  const healthy = healthyOf(fleet)
  if (minimum === null && failed > 0) return { succeeded: false, ...serversFailed(failed) }
  if (countOf(fleet, 'succeeded') === 0) return { succeeded: false, ...noneSucceeded }
  if (minimum === null || failed === 0) return { succeeded: true }
  const enough = strategy.likeCodeDeploy ? healthy >= minimum : healthy > minimum
  return enough ? { succeeded: true } : { succeeded: false, ...tooFew(healthy, minimum) }
}

/** The batches of a run in which every server succeeds, in order; none when it would not begin (`nextBatch` says why). */
export function plannedBatches(fleet: FleetTarget[], strategy: Strategy): string[][] {
  const batches: string[][] = []
  let state = fleet.map((target): FleetTarget => ({ ...target, result: null }))
  for (;;) {
    const next = nextBatch(state, strategy, batches.length)
    if (next.next !== 'batch') return next.next === 'done' ? batches : []
    batches.push(next.targetIds)
    state = state.map((target) =>
      next.targetIds.includes(target.targetId) ? { ...target, result: 'succeeded' as const } : target,
    )
  }
}

/** Servers that all have the live release, as a fleet before its run. */
export function healthyFleet(targetIds: string[]): FleetTarget[] {
  return targetIds.map((targetId) => ({ targetId, health: 'healthy', revision: 'current', result: null }))
}

/**
 * How many servers have to be healthy; null = no number, but every server has to succeed. Percents are rounded up.
 * CodeDeploy knows nothing but the minimum: there its own configurations (all, half, one at a time) are what they leave.
 */
export function minimumOf(fleet: FleetTarget[], strategy: Strategy): number | null {
  const share = strategy.minimumHealthy
  if (share === null) return strategy.likeCodeDeploy ? fleet.length - batchSize(fleet, strategy) : null
  return 'count' in share ? share.count : Math.ceil((fleet.length * share.percent) / 100)
}

/** At most so many at once, whatever the minimum says: half and percents are rounded down, never to nothing. */
function batchSize(fleet: FleetTarget[], { batch }: Strategy): number {
  const servers = fleet.filter(({ outside }) => !outside).length
  if (batch === 'all') return servers
  if (batch === 'one') return 1
  if (batch === 'half') return Math.max(1, Math.floor(servers / 2))
  if ('count' in batch) return Math.max(1, Math.min(batch.count, servers))
  return Math.max(1, Math.floor((servers * batch.percent) / 100))
}

function stopOf(fleet: FleetTarget[], strategy: Strategy, begun: number): Stop | null {
  const minimum = minimumOf(fleet, strategy)
  if (minimum !== null && minimum >= fleet.length) return tooHigh(fleet.length, minimum)
  if (strategy.canary && begun === 1 && countOf(fleet, 'succeeded') === 0) return canaryFailed
  const failed = countOf(fleet, 'failed')
  if (minimum === null) return failed > 0 ? serversFailed(failed) : null
  const waiting = inOrder(fleet)
  const healthy = healthyOf(fleet)
  const unhealthy = waiting.filter((target) => !isHealthy(target)).length
  const atBest = healthy + unhealthy
  if (!strategy.likeCodeDeploy && failed > 0 && atBest <= minimum) return tooFew(atBest, minimum)
  if (waiting.length === 0 || unhealthy > 0 || healthy > minimum) return null
  return failed > 0 ? tooFew(healthy, minimum) : tooFewYet(healthy, fleet.length, minimum)
}

/** With a minimum those that don't count as serving go first and among themselves: only then is it known how many others may. */
function batchOf(fleet: FleetTarget[], waiting: FleetTarget[], strategy: Strategy): FleetTarget[] {
  const minimum = minimumOf(fleet, strategy)
  const size = batchSize(fleet, strategy)
  if (minimum === null) return waiting.slice(0, size)
  const unhealthy = waiting.filter((target) => !isHealthy(target))
  if (unhealthy.length > 0) return unhealthy.slice(0, Math.min(size, fleet.length - minimum))
  return waiting.slice(0, Math.min(size, healthyOf(fleet) - minimum))
}

/** The first as people list them, unless one server less would be too few: then the first of the order. */
function canaryOf(fleet: FleetTarget[], waiting: FleetTarget[], strategy: Strategy): FleetTarget {
  const minimum = minimumOf(fleet, strategy) ?? 0
  const first = fleet.find((target) => waiting.includes(target))
  return first && (!isHealthy(first) || healthyOf(fleet) > minimum) ? first : waiting[0]!
}

/** Those whose turn has not come: unhealthy ones, then unknown, old and current releases; else in the order given. */
function inOrder(fleet: FleetTarget[]): FleetTarget[] {
  const rank = (target: FleetTarget) => (isHealthy(target) ? { unknown: 1, old: 2, current: 3 }[target.revision] : 0)
  return fleet.filter(({ result, outside }) => result === null && !outside).sort((a, b) => rank(a) - rank(b))
}

function isHealthy({ health, result }: FleetTarget): boolean {
  return result === null ? health === 'healthy' : result === 'succeeded'
}

const healthyOf = (fleet: FleetTarget[]) => fleet.filter(isHealthy).length
const countOf = (fleet: FleetTarget[], result: FleetTarget['result']) =>
  fleet.filter((target) => target.result === result).length

const canaryFailed: Stop = { code: 'canary_failed', reason: 'The first server failed; the others were left alone.' }
const noneSucceeded: Stop = { code: 'none_succeeded', reason: 'Not one server succeeded.' }

const servers = (count: number) => `${count} ${count === 1 ? 'server' : 'servers'}`

function serversFailed(failed: number): Stop {
  return { code: 'server_failed', reason: `${servers(failed)} failed, and every server has to succeed.` }
}

function tooFew(healthy: number, minimum: number): Stop {
  const reason = `${servers(healthy)} would serve, and at least ${minimum} have to: no server more may be risked.`
  return { code: 'too_few_healthy', reason }
}

/** No failure of this run: others don't serve, or those that were to begin with. */
function tooFewYet(healthy: number, all: number, minimum: number): Stop {
  const serve = `${healthy} of ${servers(all)} ${healthy === 1 ? 'serves' : 'serve'}`
  const remedy = 'Deploy to those that don’t serve first, or choose a smaller minimum.'
  const reason = `${serve}, and at least ${minimum} have to go on serving: no server that serves may change. ${remedy}`
  return { code: 'too_few_healthy', reason }
}

function tooHigh(all: number, minimum: number): Stop {
  const reason = `At least ${minimum} of ${servers(all)} have to go on serving, so not one may change. Choose a smaller minimum.`
  return { code: 'minimum_too_high', reason }
}
