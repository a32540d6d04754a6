// A deployment on several servers: each stage is flown everywhere before the next, switches in batches. Whatever is decided follows
// from what was recorded, so that whoever takes over decides the same and nothing is flown twice.
import { setTimeout as delay } from 'node:timers/promises'
import type { NewEvent } from '@/lib/deploy/events.ts'
import { switchingOf } from '@/lib/deploy/plan-fleet.ts'
import type { Segment } from '@/lib/deploy/types.ts'
import { databaseNow } from '@/lib/store/database.ts'
import { conclude, putBack } from './fleet-end.ts'
import { Lanes } from './fleet-lanes.ts'
import { checkLane } from './fleet-readiness.ts'
import type { Flight } from './flight.ts'
import type { Verdict } from './judge.ts'
import { isDoomed, nextOf, stopAtEnd, stopNow } from './judge-fleet.ts'
import type { Stop } from './judge-fleet.ts'
import type { Shipment } from './shipment.ts'

/** A timer knows no longer time; somebody may let the others follow weeks later. */
const longestDelayMs = 2 ** 31 - 1

export async function flyFleet(flight: Flight, shipment: Shipment): Promise<Verdict> {
  flight.asFleet()
  const lanes = new Lanes(flight, shipment)
  try {
    const stop = await new Forward(lanes).fly()
    return await conclude(lanes, stop)
  } catch (error) {
    // Whoever begins anew must not find this one still at work.
    flight.abandon(error)
    await lanes.landed()
    throw error
  }
}

class Forward {
  #lanes: Lanes

  constructor(lanes: Lanes) {
    this.#lanes = lanes
  }

  /** As far as it goes. Null = to the end. */
  async fly(): Promise<Stop | null> {
    // Where the strategy lets no server change, none is touched.
    const isUntouched = this.#lanes.flight.state.segments.length === 0
    const never = isUntouched ? this.#stop() : null
    if (never) return never
    for (const [at, stage] of this.#lanes.plan.stages.entries()) {
      if (stage.name === 'undo') break
      const stop = stage.name === 'switch' ? await this.#flyBatches() : await this.#flyStage(at)
      if (stop) return stop
    }
    return stopAtEnd(this.#lanes.flight.state, this.#lanes.plan)
  }

  async #flyStage(at: number): Promise<Stop | null> {
    // The plan may become another form of itself meanwhile.
    const names = this.#lanes.plan.stages[at]!.batches.flatMap(({ lanes }) => lanes.map(({ segment }) => segment))
    do await this.#lanes.fly(this.#lanes.plan.segments.filter(({ name }) => names.includes(name)))
    while (await this.#lanes.handOver(names))
    return stopNow(this.#lanes.flight.state, this.#lanes.plan, this.#isCancelled(names))
  }

  /** A wish to cancel that comes when everything has ended well comes too late. */
  #isCancelled(names: (string | undefined)[]): boolean {
    const { state, cancel } = this.#lanes.flight
    if (!cancel.aborted) return false
    const stage = this.#lanes.plan.stages.filter(({ name }) => name !== 'undo').at(-1)
    const last = stage?.batches.flatMap(({ lanes }) => lanes.map(({ segment }) => segment)) ?? []
    const isEnd = last.some((name) => names.includes(name))
    const begun = state.segments.filter(({ name }) => names.includes(name))
    return !isEnd || begun.length === 0 || begun.some(({ outcome }) => outcome !== 'ok')
  }

  /** When nothing follows the last batch, a wish to cancel that comes after it comes too late. */
  #stopAfterBatch(): Stop | null {
    const { state } = this.#lanes.flight
    const { stages } = this.#lanes.plan
    const isLast = stages.findLast(({ name }) => name !== 'undo')?.name === 'switch'
    return isLast && nextOf(state, this.#lanes.plan).next === 'done' ? null : this.#stop()
  }

  #stop(): Stop | null {
    return stopNow(this.#lanes.flight.state, this.#lanes.plan, this.#lanes.flight.cancel.aborted)
  }

  async #flyBatches(): Promise<Stop | null> {
    const flight = this.#lanes.flight
    for (;;) {
      const begun = flight.state.batches.flatMap(({ targetIds }) => targetIds)
      await this.#lanes.fly(this.#switching(begun))
      await this.#askWhetherReady(begun)
      await this.#lanes.fly(this.#lettingIn(begun))
      const stop = this.#stopAfterBatch()
      if (stop) return stop
      // One that failed is put back at once, and nobody waits for that; one that can't be reached when it is found.
      const failed = begun.filter((id) => this.#lanes.failure(id) && !this.#lanes.isFlying(id))
      for (const id of failed) void putBack(this.#lanes, id)
      const next = nextOf(flight.state, this.#lanes.plan)
      if (next.next !== 'batch') return null
      const batch = flight.state.batches.length + 1
      if (batch === 2 && this.#lanes.plan.fleet.strategy.canary) {
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
    const { state, cancel } = this.#lanes.flight
    const { checks = [] } = this.#lanes.plan.fleet
    if (checks.length === 0 || cancel.aborted) return
    const ended = this.#switching(targetIds).filter(({ name, targetId }) => {
      const isOver = state.segments.some((one) => one.name === name && one.outcome === 'ok')
      return isOver && !this.#lanes.failure(targetId)
    })
    const asking = ended.map(async ({ name, targetId }) => {
      await checkLane(this.#lanes.flight.lane(targetId), this.#lanes.shipment.cargo, checks, name)
      if (isDoomed(this.#lanes.flight.state, this.#lanes.plan, cancel.aborted)) this.#lanes.stopAll()
    })
    await Promise.all(asking)
  }

  #switching(targetIds: string[]): Segment[] {
    return targetIds.flatMap((id) => switchingOf(this.#lanes.plan, id).slice(0, 1))
  }

  #lettingIn(targetIds: string[]): Segment[] {
    return targetIds.flatMap((id) => switchingOf(this.#lanes.plan, id).slice(1))
  }

  /** From here on what is complete everywhere takes effect. */
  #commitment(targetIds: string[]): NewEvent[] {
    if (this.#lanes.flight.state.committed) return []
    const segment = this.#switching(targetIds)[0]?.name ?? ''
    return [{ type: 'committed', data: { segment, release: this.#lanes.plan.release, at: Date.now() } }]
  }

  /** The first server serves; the others follow in a while, or when a person says so. */
  async #waitForOthers(batch: number): Promise<void> {
    const flight = this.#lanes.flight
    const { db } = flight.worker
    const seconds = this.#lanes.plan.fleet.strategy.canary?.seconds ?? null
    if (flight.state.continued) return
    if (flight.state.waiting?.batch !== batch) {
      const until =
        seconds === null ? null : new Date((await databaseNow(db)).getTime() + seconds * 1_000).toISOString()
      await flight.record([{ type: 'batch.waiting', data: { batch, until } }])
    }
    const until = flight.state.waiting?.until ?? null
    const signal = AbortSignal.any([flight.gone, flight.cancel, flight.goOn])
    while (!signal.aborted) {
      const leftMs = until === null ? Infinity : Date.parse(until) - (await databaseNow(db)).getTime()
      if (leftMs <= 0) break
      await delay(Math.min(leftMs, longestDelayMs), undefined, { signal }).catch(() => {})
    }
    flight.gone.throwIfAborted()
  }
}
