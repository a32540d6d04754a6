// The worker's loop: says that it lives, claims what may run, flies it, keeps each claim, hears of cancels.
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { LostClaim, claim, leaseMs, letGo, renew, renewEveryMs } from '@/lib/store/claims.ts'
import type { Claim } from '@/lib/store/claims.ts'
import { isDatabaseAway } from '@/lib/store/away.ts'
import { readFleetWishes } from '@/lib/store/wishes.ts'
import { listen } from '@/lib/store/listen.ts'
import { farewell, heartbeat } from '@/lib/store/workers.ts'
import { failInternally, flyDeployment } from './deployment.ts'
import type { FlightSignals } from './flight.ts'
import { Wishes } from './wishes.ts'
import { within } from './within.ts'
import type { Worker } from './worker.ts'

/** Deployments that one worker flies at the same time; each is of another environment. */
const flightLimit = 32
/** After so many errors of ours at a deployment it is declared failed. Restarts and databases that were away are none. */
const faultLimit = 5
const pauseAfterErrorMs = 1_000
/** How often work is looked for that nobody told of: with what is left of a dead worker's lease, its deployment waits under 5 s. */
const lookEveryMs = 500
/** A question that the database doesn't answer for so long is asked anew: a line can end without a word. */
const hungMs = 15_000

/** Why a flight ends that hasn't ended: the worker stops. */
class Stopping extends Error {}

export type RunningWorker = { stop(): Promise<void> }

/** Works until stopped. Resolves once it listens. `version` is shown with the worker. */
export async function startWorker(worker: Worker, version: string): Promise<RunningWorker> {
  const { db, log } = worker
  const stopping = new AbortController()
  const flights = new Map<string, { done: Promise<void>; check(): void }>()
  const faults = new Map<string, number>()
  let wake: () => void = () => {}
  let isWoken = false

  const listening = await listen(db.url, {
    channels: {
      fairlead_queue(id) {
        flights.get(id)?.check()
        isWoken = true
        wake()
      },
    },
    onGap() {
      for (const flight of flights.values()) flight.check()
      isWoken = true
      wake()
    },
  })

  async function round(): Promise<void> {
    await heartbeat(db, { id: worker.id, hostname: hostname(), version })
    while (flights.size < flightLimit && !stopping.signal.aborted) {
      const held = await claim(db, worker.id)
      if (!held) return
      log.info(
        { deployment: held.deploymentId, number: held.number, attempt: held.attempt },
        held.isTakeOver ? 'taken over' : 'claimed',
      )
      const kept = keep(worker, held, stopping.signal, faults)
      const done = kept.done.finally(() => {
        flights.delete(held.deploymentId)
        wake()
      })
      flights.set(held.deploymentId, { done, check: kept.check })
    }
  }

  async function rounds(): Promise<void> {
    let isAway = false
    while (!stopping.signal.aborted) {
      isWoken = false
      try {
        await within(AbortSignal.timeout(hungMs), round())
        if (isAway) log.info('the database is back')
        isAway = false
      } catch (error) {
        const isHung = error instanceof Error && error.name === 'TimeoutError'
        if (!isHung && !isDatabaseAway(error)) log.error({ err: error }, 'while looking for work')
        else if (!isAway) log.warn({ err: error }, 'the database is away')
        isAway = isHung || isDatabaseAway(error)
      }
      if (isWoken) continue
      const woken = new Promise<void>((resolve) => (wake = resolve))
      await Promise.race([woken, delay(lookEveryMs, undefined, { signal: stopping.signal }).catch(() => {})])
    }
  }

  const working = rounds()
  return {
    async stop() {
      stopping.abort(new Stopping())
      wake()
      await working
      await Promise.all([...flights.values()].map(({ done }) => done))
      await listening.close()
      await farewell(db, worker.id).catch(() => {})
    },
  }
}

/** Flies a claimed deployment and renews the claim meanwhile. `done` never rejects. `check` looks for a wish to cancel at once. */
function keep(
  worker: Worker,
  held: Claim,
  stopping: AbortSignal,
  faults: Map<string, number>,
): { done: Promise<void>; check(): void } {
  const gone = new AbortController()
  const wishes = new Wishes()
  let renewedAt = performance.now()
  let renewing = false

  async function check(): Promise<void> {
    if (renewing) return
    renewing = true
    const askedAt = performance.now()
    try {
      wishes.hear(await within(AbortSignal.timeout(hungMs), renew(worker.db, held)))
      renewedAt = askedAt
      if (wishes.isFleet) wishes.hearOfFleet(await readFleetWishes(worker.db, held.deploymentId))
    } catch (error) {
      // The lease ran out by our clock too: somebody else may hold the claim by now.
      if (error instanceof LostClaim || performance.now() - renewedAt > leaseMs)
        gone.abort(new LostClaim(held.deploymentId))
    } finally {
      renewing = false
    }
  }

  async function flown(): Promise<void> {
    const timer = setInterval(() => void check(), renewEveryMs)
    try {
      void check()
      await fly(worker, held, { gone: AbortSignal.any([gone.signal, stopping]), wishes }, faults)
    } finally {
      clearInterval(timer)
    }
  }
  return { done: flown(), check: () => void check() }
}

async function fly(worker: Worker, held: Claim, signals: FlightSignals, faults: Map<string, number>): Promise<void> {
  const { log, db } = worker
  const facts = { deployment: held.deploymentId, number: held.number, attempt: held.attempt }
  try {
    await flyDeployment(worker, held, signals)
    faults.delete(held.deploymentId)
  } catch (error) {
    if (error instanceof LostClaim) return log.warn(facts, 'the claim is lost')
    if (signals.gone.aborted) {
      log.info(facts, 'left to whoever takes over')
    } else if (isDatabaseAway(error)) {
      log.warn({ ...facts, err: error }, 'flown again once the database answers')
      await delay(pauseAfterErrorMs)
    } else {
      log.error({ ...facts, err: error }, 'a deployment could not be flown')
      const count = (faults.get(held.deploymentId) ?? 0) + 1
      faults.set(held.deploymentId, count)
      if (count >= faultLimit) {
        faults.delete(held.deploymentId)
        return failInternally(worker, held).catch(() => {})
      }
      await delay(pauseAfterErrorMs)
    }
    await letGo(db, held).catch(() => {})
  }
}
