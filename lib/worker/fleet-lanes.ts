// The lanes of a deployment on several servers: segments that are flown side by side, and waited for at barriers.
import { setTimeout as delay } from 'node:timers/promises'
import { withoutBase } from '@/lib/deploy/plan-fleet.ts'
import { onceOn } from '@/lib/deploy/plan-once.ts'
import type { Failure, Segment } from '@/lib/deploy/types.ts'
import { databaseNow } from '@/lib/store/database.ts'
import { replacePlan } from '@/lib/store/targets.ts'
import { barrierMs } from '@/lib/deploy/deadlines.ts'
import { Refusal } from './exchange.ts'
import { failureOfServer } from './failure.ts'
import type { Flight } from './flight.ts'
import { failureOfTarget, forwardOf, heirOfOnce, isDoomed, isFleetPlan } from './judge-fleet.ts'
import type { Lane } from './lane.ts'
import { recordRefused } from './refused.ts'
import { flySegment } from './segment.ts'
import type { Shipment } from './shipment.ts'

/** How often the servers that are waited for are looked at. */
const lookMs = 500

export class Lanes {
  readonly flight: Flight
  readonly shipment: Shipment
  /** Segments being flown by this worker; one that is waited for no longer flies on. */
  #flying = new Map<string, Promise<void>>()
  #returning = new Map<string, Promise<Failure | null>>()

  constructor(flight: Flight, shipment: Shipment) {
    this.flight = flight
    this.shipment = shipment
  }

  get plan() {
    const { plan } = this.shipment.cargo
    if (!isFleetPlan(plan)) throw new Error('a plan for one server')
    return plan
  }

  /** Why a target does not go on; null = it may. */
  failure(targetId: string): Failure | null {
    return failureOfTarget(this.flight.state, this.plan, targetId)
  }

  /** Whether anything is on its way to a target, or runs there. */
  isFlying(targetId: string): boolean {
    return forwardOf(this.plan, targetId).some(({ name }) => this.#flying.has(name))
  }

  /** Whatever was sent to a target has ended then. What was sent by another worker is looked for by this one. */
  async over(targetId: string): Promise<void> {
    const { state, gone } = this.flight
    const open = state.segments.filter((one) => one.targetId === targetId && one.status !== 'ended')
    for (const segment of forwardOf(this.plan, targetId))
      if (open.some(({ name }) => name === segment.name)) this.#begin(segment)
    await Promise.all(forwardOf(this.plan, targetId).flatMap(({ name }) => this.#flying.get(name) ?? []))
    gone.throwIfAborted()
  }

  /** Resolves when nothing of it flies any more. */
  async landed(): Promise<void> {
    await Promise.all(this.#flying.values())
    await Promise.allSettled(this.#returning.values())
  }

  /** A target is put back by `work`, once; the others go on meanwhile. Gives what `work` gave, whoever asked first. */
  returned(targetId: string, work: () => Promise<Failure | null>): Promise<Failure | null> {
    const known = this.#returning.get(targetId)
    if (known) return known
    const returning = work()
    this.#returning.set(targetId, returning)
    returning.catch((error: unknown) => this.flight.abandon(error))
    return returning
  }

  /** As Promise.all, but when one can't go on all have stopped before that is told. */
  async together<T>(works: Promise<T>[]): Promise<T[]> {
    const guarded = works.map((work) =>
      work.catch((error: unknown) => {
        this.flight.abandon(error)
        throw error
      }),
    )
    await Promise.allSettled(guarded)
    return Promise.all(guarded)
  }

  /** Flies what hasn't ended of these, until all have; or until the rest can't be reached, and the others waited long enough. */
  async fly(segments: Segment[]): Promise<void> {
    const flight = this.flight
    for (const segment of segments) if (!this.failure(segment.targetId)) this.#begin(segment)
    for (;;) {
      const open = segments.filter(({ name }) => this.#flying.has(name))
      if (open.length === 0) break
      if (isDoomed(flight.state, this.plan, flight.cancel.aborted)) this.stopAll()
      const lost = await this.#outOfReach(open)
      if (lost.length === open.length) {
        for (const segment of lost) await this.#leaveBehind(segment)
        break
      }
      await Promise.race([...open.map(({ name }) => this.#flying.get(name)), delay(lookMs)])
      flight.gone.throwIfAborted()
    }
  }

  /** What of these runs once gets another server when its own has failed before it was sent there; false = it needs none. */
  async handOver(names: (string | undefined)[]): Promise<boolean> {
    const { state, cancel } = this.flight
    const left = heirOfOnce(state, this.plan, names)
    if (!left || isDoomed(state, this.plan, cancel.aborted)) return false
    const { segment, heir } = left
    const plan = onceOn(this.plan, segment.name, heir.targetId)
    const what = segment.steps.map(({ name }) => name).join(', ')
    const message = `${what} runs once, on ${heir.server} instead of ${this.flight.lane(segment.targetId).server}, which has failed.`
    await this.flight.record([{ type: 'note', data: { level: 'note', code: 'once_elsewhere', message } }], (write) =>
      replacePlan(write, plan),
    )
    this.shipment.replacePlan(plan)
    return true
  }

  #begin(segment: Segment): void {
    if (this.#flying.has(segment.name)) return
    const flying = this.#flyOne(segment)
      .catch((error: unknown) => this.flight.abandon(error))
      .finally(() => this.#flying.delete(segment.name))
    this.#flying.set(segment.name, flying)
  }

  async #flyOne(segment: Segment): Promise<void> {
    const flight = this.flight
    const lane = flight.lane(segment.targetId)
    const isUnknown = !flight.state.segments.some(({ name }) => name === segment.name)
    if (isUnknown && isDoomed(flight.state, this.plan, flight.cancel.aborted)) return
    try {
      await this.#flyWhole(lane, segment)
    } catch (error) {
      flight.gone.throwIfAborted()
      if (lane.cancel.aborted && !flight.state.segments.some(({ name }) => name === segment.name)) return
      const failure = { ...this.#placeOf(segment), ...failureOfServer(error, lane.server) }
      if (error instanceof Refusal) await recordRefused(flight, segment, failure)
      else await this.#note(segment, failure)
    }
  }

  /** A server whose tree isn't what was believed gets everything. */
  async #flyWhole(lane: Lane, segment: Segment): Promise<void> {
    try {
      await this.#flySegment(lane, segment)
    } catch (error) {
      const isOnTop = segment.steps.some(({ action }) => action.do === 'tree' && action.base !== null)
      if (!(error instanceof Refusal && error.code === 'need_full' && isOnTop)) throw error
      const plan = withoutBase(this.plan, lane.target.id)
      const message = `Nothing can be built on the copy of the last commit on ${lane.server}: everything is sent there.`
      this.shipment.replacePlan(plan)
      await this.flight.record([{ type: 'note', data: { level: 'note', code: 'need_full', message } }], (write) =>
        replacePlan(write, this.plan),
      )
      await this.#flySegment(
        lane,
        plan.segments.find(({ name }) => name === segment.name)!,
      )
    }
  }

  #flySegment(lane: Lane, segment: Segment): Promise<void> {
    const { plan, secrets } = this.shipment.cargo
    const start = () => this.shipment.start(lane, segment)
    return flySegment(this.flight, { lane, plan, segment, secrets, isCancellable: true, start })
  }

  /** What it was to do next, unless it had done nothing yet. */
  #placeOf({ name, targetId, steps }: Segment): { step?: string } {
    const isFirst = forwardOf(this.plan, targetId)[0]?.name === name
    const next = steps.find(({ action }) => action.do === 'switch') ?? steps[0]
    return isFirst || !next ? {} : { step: next.name }
  }

  #note({ name, targetId }: Segment, failure: Failure): Promise<void> {
    return this.flight.record([{ type: 'target.failed', data: { segment: name, targetId, failure } }])
  }

  stopAll(): void {
    for (const { targetId } of this.plan.fleet.targets) this.flight.lane(targetId).stop()
  }

  /** Those looked for in vain; what is left of the others' patience depends on whether there is anything to wait for. */
  async #outOfReach(open: Segment[]): Promise<Segment[]> {
    const { state, cancel, worker } = this.flight
    const seen = new Map(state.segments.map(({ name, looking }) => [name, looking && Date.parse(looking.lastSeenAt)]))
    const looking = open.filter(({ name }) => seen.get(name))
    if (looking.length === 0) return []
    const patienceMs = isDoomed(state, this.plan, cancel.aborted) ? 0 : barrierMs
    const now = (await databaseNow(worker.db)).getTime()
    return looking.filter(({ name }) => now - seen.get(name)! >= patienceMs)
  }

  /** The others go on without it; it is looked for until it is found, or somebody gives it up. */
  async #leaveBehind(segment: Segment): Promise<void> {
    const { server } = this.flight.lane(segment.targetId)
    if (isDoomed(this.flight.state, this.plan, this.flight.cancel.aborted)) return
    const message = `${server} can't be reached, and the others have waited for ${barrierMs / 60_000} minutes.`
    await this.#note(segment, { code: 'connection_lost', server, message })
    this.flight.lane(segment.targetId).stop()
  }
}
