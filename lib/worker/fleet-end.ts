// How a deployment on several servers ends: what has to be taken back is, and servers that differ are named.
import { liveOn } from '@/lib/deploy/fleet-live.ts'
import { segmentOf } from '@/lib/deploy/plan-fleet.ts'
import { onceOnWayBack } from '@/lib/deploy/plan-once.ts'
import type { Failure } from '@/lib/deploy/types.ts'
import { Refusal } from './exchange.ts'
import type { Lanes } from './fleet-lanes.ts'
import { settle } from './fleet-settle.ts'
import { judgeUndo } from './judge.ts'
import type { Verdict } from './judge.ts'
import { isLeft, undoOf } from './judge-fleet.ts'
import type { Stop } from './judge-fleet.ts'
import { recordRefused } from './refused.ts'
import { flySegment } from './segment.ts'
import { flyUndo } from './undo.ts'

/** Everything that has to be taken back is, wherever servers can be reached; those that can't are waited for. */
export async function conclude(lanes: Lanes, stop: Stop | null): Promise<Verdict> {
  const { flight, plan } = lanes
  // Whoever cancels says what becomes of servers that have switched.
  if (stop?.status === 'cancelled') await flight.reread()
  const { state } = flight
  if (stop) lanes.stopAll()
  const targets = plan.fleet.targets.filter(({ targetId }) => state.segments.some((one) => one.targetId === targetId))
  const undone = await lanes.together(targets.map(({ targetId }) => concludeOn(lanes, targetId, stop)))
  const failure = undone.find((one) => one !== null) ?? null
  await tellOnce(lanes, stop)
  await tellDifferences(lanes)
  await settle(lanes, stop)
  if (failure) return { status: 'failed', failure, undo: null }
  return stop ? { ...stop, undo: null } : { status: 'succeeded', failure: null, undo: null }
}

/** Returns why a target could not be put back, or null. */
async function concludeOn(lanes: Lanes, targetId: string, stop: Stop | null): Promise<Failure | null> {
  const { flight, plan } = lanes
  if (!stop && lanes.failure(targetId) === null) return null
  flight.lane(targetId).stop()
  await lanes.over(targetId)
  const failure = isLeft(flight.state, plan, targetId, stop) ? null : await putBack(lanes, targetId)
  await sayFailed(lanes, targetId)
  return failure
}

/** @returns why it could not be, or null; a target that has nothing to take back is left alone. Done once, however often it is asked for. */
export function putBack(lanes: Lanes, targetId: string): Promise<Failure | null> {
  return lanes.returned(targetId, () => putBackNow(lanes, targetId))
}

async function putBackNow(lanes: Lanes, targetId: string): Promise<Failure | null> {
  const { flight, plan, shipment } = lanes
  const undo = undoOf(flight.state, plan, targetId)
  if (!undo) return null
  const lane = flight.lane(targetId)
  const { segment, release } = undo
  const why = lanes.failure(targetId)?.message ?? 'The deployment did not succeed on all servers.'
  if (!flight.state.undos.some((one) => one.segment === segment.name))
    await flight.record([{ type: 'undo.began', data: { segment: segment.name, release, why } }])
  const unflown = await flyUndo(lane, shipment, segment)
  return judgeUndo(flight.state, segment, lane.server, unflown)
}

/** deploy.failure, once on each server that had begun; one that can't be reached has to do without. */
async function sayFailed({ flight, plan, shipment }: Lanes, targetId: string): Promise<void> {
  const segment = segmentOf(plan, 'failure', targetId)
  const lane = flight.lane(targetId)
  if (!segment || lane.giveUp.aborted) return
  const { secrets } = shipment.cargo
  const start = () => shipment.start(lane, segment)
  try {
    await flySegment(flight, { lane, plan, segment, secrets, isCancellable: false, start })
  } catch (error) {
    flight.gone.throwIfAborted()
    flight.worker.log.warn({ err: error, server: lane.server }, 'deploy.failure could not run')
    if (error instanceof Refusal) await recordRefused(flight, segment)
  }
}

/** What runs once on the way back belongs to one server: where that has no way back, it is told that it did not run. */
async function tellOnce({ flight, plan }: Lanes, stop: Stop | null): Promise<void> {
  const { state } = flight
  const code = 'once_not_run'
  const missed = onceOnWayBack(plan).filter(({ segment: { name } }) => {
    const isDue = name.startsWith('undo-') ? state.undos.length > 0 : stop !== null && state.segments.length > 0
    return isDue && !state.segments.some((one) => one.name === name)
  })
  if (missed.length === 0 || state.findings.some((one) => one.code === code)) return
  const steps = missed.map(({ step, segment }) => `${step.name} on ${flight.lane(segment.targetId).server}`).join(', ')
  const message = `What runs once did not run on the way back, as there was none on its server: ${steps}.`
  await flight.record([{ type: 'note', data: { level: 'warning', code, message } }])
}

/** Servers that serve something else than the others are named. */
async function tellDifferences({ flight, plan }: Lanes): Promise<void> {
  const { state } = flight
  const code = 'servers_differ'
  const has = new Map<string, string[]>()
  for (const target of plan.fleet.targets) {
    const live = liveOn(state, target)
    const release = live === undefined ? 'what nobody knows' : (live ?? 'nothing')
    has.set(release, [...(has.get(release) ?? []), target.server])
  }
  if (has.size < 2 || state.findings.some((one) => one.code === code)) return
  const parts = [...has].map(([release, servers]) => `${servers.join(', ')}: ${release}`)
  const message = `The servers do not serve the same now. ${parts.join('; ')}.`
  await flight.record([{ type: 'note', data: { level: 'warning', code, message } }])
}
