// How a worker of the model flies a run on several servers: lib/worker/{fleet,fleet-lanes,fleet-end}.ts step by step, with the real
// judgement of what follows.
import { segmentOf } from '@/lib/deploy/plan-fleet.ts'
import { onceOn } from '@/lib/deploy/plan-once.ts'
import type { Failure, Segment } from '@/lib/deploy/types.ts'
import { failureOfTarget, forwardOf, isDoomed, isLeft, nextOf, stopAtEnd, stopNow } from '@/lib/worker/judge-fleet.ts'
import { heirOfOnce, undoOf } from '@/lib/worker/judge-fleet.ts'
import type { Stop } from '@/lib/worker/judge-fleet.ts'
import { judgeUndo } from '@/lib/worker/judge.ts'
import { flySegment, flyUndo } from './fleet-segment.ts'
import { Cut } from './fleet-worker.ts'
import type { FleetWorker, Task, Thread } from './fleet-worker.ts'

const failureOn = ({ state, place }: FleetWorker, targetId: string) => failureOfTarget(state, place.plan, targetId)
const isLost = (worker: FleetWorker): boolean => isDoomed(worker.state, worker.place.plan, worker.cancel)

function stop(worker: FleetWorker): Stop | null {
  return stopNow(worker.state, worker.place.plan, worker.cancel)
}

/** From wherever it stands to its end. */
export function* flyFleet(worker: FleetWorker): Task {
  const { plan } = worker.place
  if (worker.cancel && worker.state.segments.length === 0) return yield* finish(worker, 'cancelled')
  if (worker.state.planHash === null)
    yield* worker.record([{ type: 'planned', data: { planHash: 'plan', release: plan.release } }])
  const stopped = yield* forward(worker)
  const failure = yield* conclude(worker, stopped)
  if (failure) return yield* finish(worker, 'failed', failure)
  yield* finish(worker, stopped ? stopped.status : 'succeeded', stopped?.failure)
}

function* finish(worker: FleetWorker, status: 'succeeded' | 'failed' | 'cancelled', failure: Failure | null = null) {
  yield* worker.record([{ type: 'finished', data: { status, failure } }])
  worker.drop()
}

function* forward(worker: FleetWorker): Task<Stop | null> {
  const { plan } = worker.place
  const never = worker.state.segments.length === 0 ? stop(worker) : null
  if (never) return never
  for (const { name, batches } of plan.stages) {
    if (name === 'undo') break
    const names = batches.flatMap(({ lanes }) => lanes.map(({ segment }) => segment))
    const ended = name === 'switch' ? yield* flyBatches(worker) : yield* flyStage(worker, names)
    if (ended) return ended
  }
  return stopAtEnd(worker.state, worker.place.plan)
}

function* flyStage(worker: FleetWorker, names: (string | undefined)[]): Task<Stop | null> {
  do
    yield* fly(
      worker,
      worker.place.plan.segments.filter(({ name }) => names.includes(name)),
    )
  while (yield* handOver(worker, names))
  const { plan } = worker.place
  const last = plan.stages.findLast(({ name }) => name !== 'undo')?.batches.flatMap(({ lanes }) => lanes) ?? []
  const isEnd = last.some(({ segment }) => names.includes(segment))
  const ended = worker.state.segments.filter((one) => names.includes(one.name))
  const isWell = ended.length > 0 && ended.every(({ outcome }) => outcome === 'ok')
  return stopNow(worker.state, plan, worker.cancel && !(isEnd && isWell))
}

function* handOver(worker: FleetWorker, names: (string | undefined)[]): Task<boolean> {
  const left = heirOfOnce(worker.state, worker.place.plan, names)
  if (!left || isLost(worker) || !worker.place.rules.handsOver) return false
  yield* worker.record([{ type: 'note', data: { level: 'note', code: 'once_elsewhere', message: '' } }])
  const { fleet, ...plan } = worker.place.plan
  worker.place.plan = { ...onceOn(plan, left.segment.name, left.heir.targetId), fleet }
  return true
}

function* flyBatches(worker: FleetWorker): Task<Stop | null> {
  const { plan, rules } = worker.place
  for (;;) {
    const begun = worker.state.batches.flatMap(({ targetIds }) => targetIds)
    yield* fly(worker, switching(worker, begun))
    if (!rules.commitsFirst && begun.length > 0) yield* worker.record(commitment(worker))
    const isLast = plan.stages.findLast(({ name }) => name !== 'undo')?.name === 'switch'
    const ended = isLast && nextOf(worker.state, plan).next === 'done' ? null : stop(worker)
    if (ended) return ended
    const failed = begun.filter((id) => failureOn(worker, id) && !isFlying(worker, id))
    yield* together(
      worker,
      failed.map((id) => () => putBack(worker, id)),
    )
    const next = nextOf(worker.state, plan)
    if (next.next !== 'batch') return null
    const batch = worker.state.batches.length + 1
    if (batch === 2 && plan.fleet.strategy.canary) {
      yield* waitForOthers(worker, batch)
      if (worker.cancel) return stop(worker)
    }
    yield* worker.record([
      ...(rules.commitsFirst ? commitment(worker) : []),
      { type: 'batch.began', data: { batch, targetIds: next.targetIds } },
    ])
  }
}

function commitment({ state, place }: FleetWorker) {
  const { release } = place.plan
  return state.committed ? [] : [{ type: 'committed', data: { segment: '', release, at: 0 } } as const]
}

function switching({ place }: FleetWorker, targetIds: string[]): Segment[] {
  return targetIds.flatMap((id) => segmentOf(place.plan, 'switch', id) ?? [])
}

function* waitForOthers(worker: FleetWorker, batch: number): Task {
  const seconds = worker.place.plan.fleet.strategy.canary?.seconds ?? null
  if (worker.state.continued) return
  const until = seconds === null ? null : 'later'
  if (worker.state.waiting?.batch !== batch) yield* worker.record([{ type: 'batch.waiting', data: { batch, until } }])
  const isOver = () => worker.cancel || worker.goOn || (until !== null && worker.place.isCanaryOver)
  yield* worker.until('has seen the first server', isOver)
}

function isFlying({ place, flying }: FleetWorker, targetId: string): boolean {
  return forwardOf(place.plan, targetId).some(({ name }) => flying.has(name))
}

/** The lanes of a stage side by side. */
function* fly(worker: FleetWorker, segments: Segment[]): Task {
  const { place } = worker
  for (const segment of segments) if (!failureOn(worker, segment.targetId)) begin(worker, segment)
  for (;;) {
    const open = segments.filter(({ name }) => worker.flying.has(name))
    if (open.length === 0) return
    if (isLost(worker)) stopAll(worker)
    const lost = () => outOfReach(worker, open)
    if (lost().length === open.length) {
      for (const segment of lost()) yield* leaveBehind(worker, segment)
      return
    }
    const hasEnded = () => open.some(({ name }) => !worker.flying.has(name))
    const isStopping = () => isLost(worker) && place.plan.fleet.targets.some((one) => !worker.stopped.has(one.targetId))
    yield* worker.until(`sees to its lanes`, () => hasEnded() || isStopping() || lost().length === open.length)
  }
}

function begin(worker: FleetWorker, segment: Segment): void {
  if (worker.flying.has(segment.name)) return
  const thread = worker.spawn(flyOne(worker, segment))
  if (!thread.isDone) worker.flying.set(segment.name, thread)
}

function* flyOne(worker: FleetWorker, segment: Segment): Task {
  const { name, targetId } = segment
  const isUnknown = () => !worker.state.segments.some((one) => one.name === name)
  if (isUnknown() && isLost(worker)) return
  try {
    yield* flySegment(worker, segment, true)
  } catch (error) {
    if (!(error instanceof Cut)) throw error
    const failure: Failure = { code: 'unreachable', server: worker.nameOf(targetId), message: '' }
    if (!(worker.isCancelled(targetId) && isUnknown()))
      yield* worker.record([{ type: 'target.failed', data: { segment: name, targetId, failure } }])
  } finally {
    worker.flying.delete(name)
  }
}

function stopAll(worker: FleetWorker): void {
  for (const { targetId } of worker.place.plan.fleet.targets) worker.stop(targetId)
}

function outOfReach(worker: FleetWorker, open: Segment[]): Segment[] {
  const isAway = (name: string) => worker.state.segments.some((one) => one.name === name && one.looking)
  const isLate = (name: string) => isLost(worker) || worker.place.overdue.has(name)
  return open.filter(({ name }) => isAway(name) && isLate(name))
}

function* leaveBehind(worker: FleetWorker, { name, targetId }: Segment): Task {
  if (isLost(worker)) return
  const failure: Failure = { code: 'connection_lost', server: worker.nameOf(targetId), message: '' }
  yield* worker.record([{ type: 'target.failed', data: { segment: name, targetId, failure } }])
  worker.stop(targetId)
}

/** Whatever was sent to a target has ended then. */
function* over(worker: FleetWorker, targetId: string): Task {
  const open = worker.state.segments.filter((one) => one.targetId === targetId && one.status !== 'ended')
  const own = forwardOf(worker.place.plan, targetId)
  for (const segment of own) if (open.some(({ name }) => name === segment.name)) begin(worker, segment)
  const isOver = () => own.every(({ name }) => !worker.flying.has(name))
  yield* worker.until(`has nothing under way on ${targetId}`, isOver)
}

function* together(worker: FleetWorker, works: (() => Task)[]): Task {
  const threads: Thread[] = works.map((work) => worker.spawn(work()))
  yield* worker.until('has done what it did side by side', () => threads.every(({ isDone }) => isDone))
}

function* conclude(worker: FleetWorker, stopped: Stop | null): Task<Failure | null> {
  const { plan, rules } = worker.place
  if (stopped?.status === 'cancelled' && rules.readsChoice) worker.reread()
  if (stopped) stopAll(worker)
  const failures: Failure[] = []
  const targets = plan.fleet.targets.filter(({ targetId }) =>
    worker.state.segments.some((one) => one.targetId === targetId),
  )
  const works = targets.map(
    ({ targetId }) =>
      () =>
        concludeOn(worker, targetId, stopped, failures),
  )
  yield* together(worker, works)
  return failures[0] ?? null
}

function* concludeOn(worker: FleetWorker, targetId: string, stopped: Stop | null, failures: Failure[]): Task {
  const { plan, rules } = worker.place
  if (!stopped && failureOn(worker, targetId) === null) return
  worker.stop(targetId)
  if (rules.findsAgain) yield* over(worker, targetId)
  if (!isLeft(worker.state, plan, targetId, stopped)) yield* putBack(worker, targetId, failures)
  yield* sayFailed(worker, targetId)
}

function* putBack(worker: FleetWorker, targetId: string, failures: Failure[] = []): Task {
  const undo = undoOf(worker.state, worker.place.plan, targetId)
  if (!undo) return
  const { segment, release } = undo
  if (!worker.state.undos.some((one) => one.segment === segment.name))
    yield* worker.record([{ type: 'undo.began', data: { segment: segment.name, release, why: '' } }])
  const unflown = yield* flyUndo(worker, segment)
  const failure = judgeUndo(worker.state, segment, worker.nameOf(targetId), unflown)
  if (failure) failures.push(failure)
}

function* sayFailed(worker: FleetWorker, targetId: string): Task {
  const segment = segmentOf(worker.place.plan, 'failure', targetId)
  if (!segment || worker.isGivenUp(targetId)) return
  try {
    yield* flySegment(worker, segment, false)
  } catch (error) {
    if (!(error instanceof Cut)) throw error
  }
}
