// A deployment being flown by this worker: who holds it, what has happened so far, and the one way to write more.
import type { NewEvent } from '@/lib/deploy/events.ts'
import { reduce } from '@/lib/deploy/reducer.ts'
import type { DeploymentState } from '@/lib/deploy/reducer.ts'
import type { Claim, ClaimedWrite } from '@/lib/store/claims.ts'
import { writeAs } from '@/lib/store/claims.ts'
import { readEvents } from '@/lib/store/events.ts'
import { readJob } from '@/lib/store/jobs.ts'
import type { Job } from '@/lib/store/jobs.ts'
import { PanelError } from '@/lib/errors.ts'
import type { Ground } from './ground.ts'
import { Lane } from './lane.ts'
import { Ledger } from './ledger.ts'
import type { Wishes } from './wishes.ts'
import type { Worker } from './worker.ts'

/** `gone`: stop at once, touch nothing (claim lost, worker stops, store away). */
export type FlightSignals = { gone: AbortSignal; wishes: Wishes }

export class Flight implements Ground {
  readonly worker: Worker
  readonly held: Claim
  readonly job: Job
  readonly gone: AbortSignal
  readonly cancel: AbortSignal
  readonly giveUp: AbortSignal
  /** The servers after the first may follow. */
  readonly goOn: AbortSignal
  /** Ends what is done before a server is touched. */
  readonly signal: AbortSignal
  state: DeploymentState
  #ledger: Ledger
  #gone = new AbortController()
  #wishes: Wishes
  #lanes = new Map<string, Lane>()

  private constructor(worker: Worker, held: Claim, job: Job, state: DeploymentState, signals: FlightSignals) {
    this.worker = worker
    this.held = held
    this.job = job
    this.state = state
    this.gone = AbortSignal.any([signals.gone, this.#gone.signal])
    this.#ledger = new Ledger(
      (work) => writeAs(worker.db, held, work),
      (events, first) => this.#take(events, first),
    )
    this.#wishes = signals.wishes
    this.cancel = signals.wishes.cancel
    this.giveUp = signals.wishes.giveUp
    this.goOn = signals.wishes.goOn
    this.signal = AbortSignal.any([this.gone, this.cancel])
  }

  /** Reads everything that is known of the deployment. */
  static async board(worker: Worker, held: Claim, signals: FlightSignals): Promise<Flight> {
    const [job, events] = await Promise.all([
      readJob(worker.db, held.deploymentId),
      readEvents(worker.db.pool, held.deploymentId),
    ])
    const state = reduce(events)
    // A deployment that was being put back goes on so, whoever takes over: it must not go forward until the wish is heard of again.
    signals.wishes.hearOf(state)
    return new Flight(worker, held, job, state, signals)
  }

  /** Appends events, with further statements in the same transaction; one after the other. @throws LostClaim */
  record(events: readonly NewEvent[], more?: (write: ClaimedWrite) => Promise<void>): Promise<void> {
    return this.#ledger.write(events, more)
  }

  #take(events: readonly NewEvent[], first: number): void {
    const at = new Date().toISOString()
    this.state = reduce(
      events.map((event, index) => ({ ...event, seq: first + index, at })),
      this.state,
    )
  }

  /** Takes in what others wrote: wishes of people. */
  reread(): Promise<void> {
    return this.#ledger.after(async () => {
      this.state = reduce(await readEvents(this.worker.db.pool, this.held.deploymentId))
    })
  }

  /** Ends the flight from inside: a write in the background failed. */
  abandon(reason: unknown): void {
    this.#gone.abort(reason)
  }

  get environment(): Ground['environment'] {
    return this.job.environment
  }

  /** The lane of a target that the environment has. @throws PanelError invalid: it was taken away since. */
  lane(targetId: string): Lane {
    const known = this.#lanes.get(targetId)
    if (known) return known
    const target = this.environment.targets.find(({ id }) => id === targetId)
    if (!target) throw new PanelError('invalid', 'A server of this deployment is no longer one of the environment.')
    const lane = new Lane(this, target)
    this.#lanes.set(targetId, lane)
    return lane
  }

  giveUpOf(targetId: string): AbortSignal {
    return this.#wishes.giveUpOf(targetId)
  }

  /** From now on the wishes of people about one target count, too. */
  asFleet(): void {
    this.#wishes.isFleet = true
  }
}
