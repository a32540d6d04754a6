// A deployment on several servers: each stage is flown everywhere before the next, switches in batches. Whatever is decided follows
// from what was recorded, so that whoever takes over decides the same and nothing is flown twice.
import { setTimeout as delay } from 'node:timers/promises'
import type { NewEvent } from '@/lib/deploy/events.ts'
import { segmentOf, withoutBase } from '@/lib/deploy/plan-fleet.ts'
import type { Failure, Segment } from '@/lib/deploy/types.ts'
import { databaseNow, replacePlan } from '@/lib/store/fleet.ts'
import { Refusal } from './exchange.ts'
import { failureOfServer } from './failure.ts'
import { checkLane } from './fleet-readiness.ts'
import type { Flight } from './flight.ts'
import { judgeUndo } from './judge.ts'
import type { Verdict } from './judge.ts'
import {
  failureOfTarget,
  isDoomed,
  isFleetPlan,
  nextOf,
  stopAtEnd,
  stopNow,
  switchedTo,
  undoOf,
} from './judge-fleet.ts'
import type { Stop } from './judge-fleet.ts'
import type { Lane } from './lane.ts'
import { flySegment } from './segment.ts'
import type { Shipment } from './shipment.ts'
import { flyUndo } from './undo.ts'

/** How long the others wait at a barrier for servers that can't be reached. */
const barrierMs = 600_000
/** How often the servers that are waited for are looked at. */
const lookMs = 500

export async function flyFleet(flight: Flight, shipment: Shipment): Promise<Verdict> {
  flight.asFleet()
  const fleet = new Fleet(flight, shipment)
  try {
    const stop = await fleet.forward()
    return await fleet.conclude(stop)
  } catch (error) {
    // Whoever begins anew must not find this one still at work.
    flight.abandon(error)
    await fleet.landed()
    throw error
  }
}

class Fleet {
  #flight: Flight
  #shipment: Shipment
  /** Segments being flown by this worker; one that is waited for no longer flies on. */
  #flying = new Map<string, Promise<void>>()

  constructor(flight: Flight, shipment: Shipment) {
    this.#flight = flight
    this.#shipment = shipment
  }

  get #plan() {
    const { plan } = this.#shipment.cargo
    if (!isFleetPlan(plan)) throw new Error('a plan for one server')
    return plan
  }

  /** Resolves when nothing of it flies any more. */
  async landed(): Promise<void> {
    await Promise.all(this.#flying.values())
  }

  /** As Promise.all, but when one can't go on all have stopped before that is told. */
  async #together<T>(works: Promise<T>[]): Promise<T[]> {
    const guarded = works.map((work) =>
      work.catch((error: unknown) => {
        this.#flight.abandon(error)
        throw error
      }),
    )
    await Promise.allSettled(guarded)
    return Promise.all(guarded)
  }

  /** As far as it goes. Null = to the end. */
  async forward(): Promise<Stop | null> {
    // Where the strategy lets no server change, none is touched.
    const isUntouched = this.#flight.state.segments.length === 0
    const never = isUntouched ? this.#stop() : null
    if (never) return never
    for (const [at, stage] of this.#plan.stages.entries()) {
      if (stage.name === 'undo') break
      const stop = stage.name === 'switch' ? await this.#flyBatches() : await this.#flyStage(at)
      if (stop) return stop
    }
    return stopAtEnd(this.#flight.state, this.#plan)
  }

  async #flyStage(at: number): Promise<Stop | null> {
    // The plan may become another form of itself meanwhile.
    const names = this.#plan.stages[at]!.batches.flatMap(({ lanes }) => lanes.map(({ segment }) => segment))
    await this.#flyLanes(this.#plan.segments.filter(({ name }) => names.includes(name)))
    return stopNow(this.#flight.state, this.#plan, this.#isCancelled(names))
  }

  /** A wish to cancel that comes when everything has ended well comes too late. */
  #isCancelled(names: (string | undefined)[]): boolean {
    const { state, cancel } = this.#flight
    if (!cancel.aborted) return false
    const stage = this.#plan.stages.filter(({ name }) => name !== 'undo').at(-1)
    const last = stage?.batches.flatMap(({ lanes }) => lanes.map(({ segment }) => segment)) ?? []
    const isEnd = last.some((name) => names.includes(name))
    return !isEnd || state.segments.some((one) => names.includes(one.name) && one.outcome !== 'ok')
  }

  #stop(): Stop | null {
    return stopNow(this.#flight.state, this.#plan, this.#flight.cancel.aborted)
  }

  async #flyBatches(): Promise<Stop | null> {
    const flight = this.#flight
    for (;;) {
      const begun = flight.state.batches.flatMap(({ targetIds }) => targetIds)
      await this.#flyLanes(this.#switching(begun))
      await this.#askWhetherReady(begun)
      const stop = this.#stop()
      if (stop) return stop
      // One that failed is put back at once, although the others go on.
      await this.#together(begun.filter((id) => this.#failure(id)).map((id) => this.#putBack(id)))
      const next = nextOf(flight.state, this.#plan)
      if (next.next !== 'batch') return null
      const batch = flight.state.batches.length + 1
      if (batch === 2 && this.#plan.fleet.strategy.canary) {
        await this.#waitForOthers(batch)
        if (flight.cancel.aborted) return this.#stop()
      }
      await flight.record([
        ...this.#commitment(next.targetIds),
        { type: 'batch.began', data: { batch, targetIds: next.targetIds } },
      ])
    }
  }

  /** What the panel asks by itself, of those that switched without a failure. */
  async #askWhetherReady(targetIds: string[]): Promise<void> {
    const { state, cancel } = this.#flight
    const { checks = [] } = this.#plan.fleet
    if (checks.length === 0 || cancel.aborted) return
    const ended = this.#switching(targetIds).filter(({ name, targetId }) => {
      const isOver = state.segments.some((one) => one.name === name && one.outcome === 'ok')
      return isOver && !this.#failure(targetId)
    })
    const asking = ended.map(async ({ name, targetId }) => {
      await checkLane(this.#flight.lane(targetId), this.#shipment.cargo, checks, name)
      if (isDoomed(this.#flight.state, this.#plan, cancel.aborted)) this.#stopAll()
    })
    await Promise.all(asking)
  }

  #switching(targetIds: string[]): Segment[] {
    return targetIds.flatMap((id) => segmentOf(this.#plan, 'switch', id) ?? [])
  }

  /** From here on what is complete everywhere takes effect. */
  #commitment(targetIds: string[]): NewEvent[] {
    if (this.#flight.state.committed) return []
    const segment = this.#switching(targetIds)[0]?.name ?? ''
    return [{ type: 'committed', data: { segment, release: this.#plan.release, at: Date.now() } }]
  }

  /** The first server serves; the others follow in a while, or when a person says so. */
  async #waitForOthers(batch: number): Promise<void> {
    const flight = this.#flight
    const { db } = flight.worker
    const seconds = this.#plan.fleet.strategy.canary?.seconds ?? null
    if (flight.state.continued) return
    if (flight.state.waiting?.batch !== batch) {
      const until =
        seconds === null ? null : new Date((await databaseNow(db)).getTime() + seconds * 1_000).toISOString()
      await flight.record([{ type: 'batch.waiting', data: { batch, until } }])
    }
    const until = flight.state.waiting?.until ?? null
    const leftMs = until === null ? 2 ** 31 - 1 : Math.max(0, Date.parse(until) - (await databaseNow(db)).getTime())
    const signal = AbortSignal.any([flight.gone, flight.cancel, flight.goOn])
    await delay(leftMs, undefined, { signal }).catch(() => {})
    flight.gone.throwIfAborted()
  }

  /** Flies what hasn't ended of these, until all have; or until the rest can't be reached, and the others waited long enough. */
  async #flyLanes(segments: Segment[]): Promise<void> {
    const flight = this.#flight
    for (const segment of segments) if (!this.#failure(segment.targetId)) this.#begin(segment)
    for (;;) {
      const open = segments.filter(({ name }) => this.#flying.has(name))
      if (open.length === 0) break
      if (isDoomed(flight.state, this.#plan, flight.cancel.aborted)) this.#stopAll()
      const lost = await this.#outOfReach(open)
      if (lost.length === open.length) {
        for (const segment of lost) await this.#leaveBehind(segment)
        break
      }
      await Promise.race([...open.map(({ name }) => this.#flying.get(name)), delay(lookMs)])
      flight.gone.throwIfAborted()
    }
  }

  #begin(segment: Segment): void {
    if (this.#flying.has(segment.name)) return
    const flying = this.#fly(segment)
      .catch((error: unknown) => this.#flight.abandon(error))
      .finally(() => this.#flying.delete(segment.name))
    this.#flying.set(segment.name, flying)
  }

  async #fly(segment: Segment): Promise<void> {
    const flight = this.#flight
    const lane = flight.lane(segment.targetId)
    const isUnknown = !flight.state.segments.some(({ name }) => name === segment.name)
    if (isUnknown && isDoomed(flight.state, this.#plan, flight.cancel.aborted)) return
    try {
      await this.#flyWhole(lane, segment)
    } catch (error) {
      flight.gone.throwIfAborted()
      if (lane.cancel.aborted && !flight.state.segments.some(({ name }) => name === segment.name)) return
      await this.#note(segment, failureOfServer(error, lane.server))
    }
  }

  /** A server whose tree isn't what was believed gets everything. */
  async #flyWhole(lane: Lane, segment: Segment): Promise<void> {
    try {
      await this.#flySegment(lane, segment)
    } catch (error) {
      const isOnTop = segment.steps.some(({ action }) => action.do === 'tree' && action.base !== null)
      if (!(error instanceof Refusal && error.code === 'need_full' && isOnTop)) throw error
      const plan = withoutBase(this.#plan, lane.target.id)
      const message = `Nothing can be built on the copy of the last commit on ${lane.server}: everything is sent there.`
      this.#shipment.replacePlan(plan)
      await this.#flight.record([{ type: 'note', data: { level: 'note', code: 'need_full', message } }], (write) =>
        replacePlan(write, this.#plan),
      )
      await this.#flySegment(
        lane,
        plan.segments.find(({ name }) => name === segment.name)!,
      )
    }
  }

  #flySegment(lane: Lane, segment: Segment): Promise<void> {
    const { plan, secrets } = this.#shipment.cargo
    const start = () => this.#shipment.start(lane, segment)
    return flySegment(this.#flight, { lane, plan, segment, secrets, isCancellable: true, start })
  }

  #note(segment: Segment, failure: Failure): Promise<void> {
    const { name, targetId } = segment
    return this.#flight.record([{ type: 'target.failed', data: { segment: name, targetId, failure } }])
  }

  #failure(targetId: string): Failure | null {
    return failureOfTarget(this.#flight.state, this.#plan, targetId)
  }

  #stopAll(): void {
    for (const { targetId } of this.#plan.fleet.targets) this.#flight.lane(targetId).stop()
  }

  /** Those looked for in vain; what is left of the others' patience depends on whether there is anything to wait for. */
  async #outOfReach(open: Segment[]): Promise<Segment[]> {
    const { state, cancel, worker } = this.#flight
    const seen = new Map(state.segments.map(({ name, looking }) => [name, looking && Date.parse(looking.lastSeenAt)]))
    const looking = open.filter(({ name }) => seen.get(name))
    if (looking.length === 0) return []
    const patienceMs = isDoomed(state, this.#plan, cancel.aborted) ? 0 : barrierMs
    const now = (await databaseNow(worker.db)).getTime()
    return looking.filter(({ name }) => now - seen.get(name)! >= patienceMs)
  }

  /** The others go on without it; it is looked for until it is found, or somebody gives it up. */
  async #leaveBehind(segment: Segment): Promise<void> {
    const { server } = this.#flight.lane(segment.targetId)
    if (isDoomed(this.#flight.state, this.#plan, this.#flight.cancel.aborted)) return
    const message = `${server} can't be reached, and the others have waited for ${barrierMs / 60_000} minutes.`
    await this.#note(segment, { code: 'connection_lost', server, message })
    this.#flight.lane(segment.targetId).stop()
  }

  /** Everything that has to be taken back is, wherever servers can be reached; those that can't are waited for. */
  async conclude(stop: Stop | null): Promise<Verdict> {
    const { state } = this.#flight
    if (stop) this.#stopAll()
    const targets = this.#plan.fleet.targets.filter(({ targetId }) =>
      state.segments.some((one) => one.targetId === targetId),
    )
    const undone = await this.#together(targets.map(({ targetId }) => this.#concludeOn(targetId, stop)))
    this.#flight.gone.throwIfAborted()
    const failure = undone.find((one) => one !== null) ?? null
    await this.#tellDifferences()
    if (failure) return { status: 'failed', failure, undo: null }
    return stop ? { ...stop, undo: null } : { status: 'succeeded', failure: null, undo: null }
  }

  /** Returns why a target could not be put back, or null. */
  async #concludeOn(targetId: string, stop: Stop | null): Promise<Failure | null> {
    const behind = [...this.#flying].filter(([name]) =>
      this.#plan.segments.some((one) => one.name === name && one.targetId === targetId),
    )
    await Promise.all(behind.map(([, flying]) => flying))
    this.#flight.gone.throwIfAborted()
    const hasFailed = this.#failure(targetId) !== null
    if (!stop && !hasFailed) return null
    const isUndone = hasFailed || stop?.status === 'cancelled' || this.#plan.fleet.strategy.onFailure === 'rollback'
    const failure = isUndone ? await this.#putBack(targetId) : null
    await this.#sayFailed(targetId)
    return failure
  }

  /** @returns why it could not be, or null; a target that has nothing to take back is left alone. */
  async #putBack(targetId: string): Promise<Failure | null> {
    const flight = this.#flight
    const undo = undoOf(flight.state, this.#plan, targetId)
    if (!undo) return null
    const lane = flight.lane(targetId)
    const { segment, release } = undo
    const why = this.#failure(targetId)?.message ?? 'The deployment did not succeed on all servers.'
    if (!flight.state.undos.some((one) => one.segment === segment.name))
      await flight.record([{ type: 'undo.began', data: { segment: segment.name, release, why } }])
    const unflown = await flyUndo(lane, this.#shipment, segment)
    return judgeUndo(flight.state, segment, lane.server, unflown)
  }

  /** deploy.failure, once on each server that had begun; one that can't be reached has to do without. */
  async #sayFailed(targetId: string): Promise<void> {
    const segment = segmentOf(this.#plan, 'failure', targetId)
    const isGivenUp = this.#flight.lane(targetId).giveUp.aborted
    if (!segment || isGivenUp) return
    const lane = this.#flight.lane(targetId)
    const { plan, secrets } = this.#shipment.cargo
    const start = () => this.#shipment.start(lane, segment)
    try {
      await flySegment(this.#flight, { lane, plan, segment, secrets, isCancellable: false, start })
    } catch (error) {
      this.#flight.gone.throwIfAborted()
      this.#flight.worker.log.warn({ err: error, server: lane.server }, 'deploy.failure could not run')
    }
  }

  /** Servers that serve something else than the others are named. */
  async #tellDifferences(): Promise<void> {
    const { state } = this.#flight
    const code = 'servers_differ'
    const has = new Map<string, string[]>()
    for (const { targetId, server, live } of this.#plan.fleet.targets) {
      const isUnknown = state.givenUp !== null || state.givenUpTargets.some((one) => one.targetId === targetId)
      const known = switchedTo(state, targetId)
      const release = isUnknown ? 'what nobody knows' : ((known === undefined ? live : known) ?? 'nothing')
      has.set(release, [...(has.get(release) ?? []), server])
    }
    if (has.size < 2 || state.findings.some((one) => one.code === code)) return
    const parts = [...has].map(([release, servers]) => `${servers.join(', ')}: ${release}`)
    const message = `The servers do not serve the same now. ${parts.join('; ')}.`
    await this.#flight.record([{ type: 'note', data: { level: 'warning', code, message } }])
  }
}
