// A deployment being flown by this worker: who holds it, what has happened so far, and the one way to write more.
import type { NewEvent } from '@/lib/deploy/events.ts'
import type { TargetContext } from '@/lib/deploy/programs.ts'
import { reduce } from '@/lib/deploy/reducer.ts'
import type { DeploymentState } from '@/lib/deploy/reducer.ts'
import type { ServerAddress } from '@/lib/deploy/types.ts'
import type { Claim, ClaimedWrite } from '@/lib/store/claims.ts'
import { writeAs } from '@/lib/store/claims.ts'
import { readEvents } from '@/lib/store/events.ts'
import { readJob } from '@/lib/store/jobs.ts'
import type { Job } from '@/lib/store/jobs.ts'
import { throughJumps } from '@/lib/store/jumps.ts'
import { PanelError } from '@/lib/errors.ts'
import { serverAddress } from './addresses.ts'
import { targetOf } from './ground.ts'
import type { Ground, Target } from './ground.ts'
import type { Worker } from './worker.ts'

/**
 * `gone`: stop at once, touch nothing (claim lost, worker stops, store away). `cancel`: somebody wishes the end.
 * `giveUp`: and no longer waits for a server that can't be reached.
 */
export type FlightSignals = { gone: AbortSignal; cancel: AbortSignal; giveUp: AbortSignal }

export class Flight implements Ground {
  readonly worker: Worker
  readonly held: Claim
  readonly job: Job
  readonly gone: AbortSignal
  readonly cancel: AbortSignal
  readonly giveUp: AbortSignal
  /** Ends what is done before a server is touched. */
  readonly signal: AbortSignal
  state: DeploymentState
  #writing: Promise<unknown> = Promise.resolve()
  #gone = new AbortController()

  private constructor(worker: Worker, held: Claim, job: Job, state: DeploymentState, signals: FlightSignals) {
    this.worker = worker
    this.held = held
    this.job = job
    this.state = state
    this.gone = AbortSignal.any([signals.gone, this.#gone.signal])
    this.cancel = signals.cancel
    this.giveUp = signals.giveUp
    this.signal = AbortSignal.any([this.gone, this.cancel])
  }

  /** Reads everything that is known of the deployment. */
  static async board(worker: Worker, held: Claim, signals: FlightSignals): Promise<Flight> {
    const [job, events] = await Promise.all([
      readJob(worker.db, held.deploymentId),
      readEvents(worker.db.pool, held.deploymentId),
    ])
    return new Flight(worker, held, job, reduce(events), signals)
  }

  /** Appends events, with further statements in the same transaction. One at a time. @throws LostClaim */
  record(events: readonly NewEvent[], more?: (write: ClaimedWrite) => Promise<void>): Promise<void> {
    const writing = this.#writing.then(async () => {
      const first = await writeAs(this.worker.db, this.held, async (write) => {
        await more?.(write)
        const seq = write.deployment.nextSeq
        await write.append(...events)
        return seq
      })
      const at = new Date().toISOString()
      this.state = reduce(
        events.map((event, index) => ({ ...event, seq: first + index, at })),
        this.state,
      )
    })
    this.#writing = writing.catch(() => {})
    return writing
  }

  /** Takes in what others wrote: wishes of people. */
  async reread(): Promise<void> {
    this.state = reduce(await readEvents(this.worker.db.pool, this.held.deploymentId))
  }

  /** Ends the flight from inside: a write in the background failed. */
  abandon(reason: unknown): void {
    this.#gone.abort(reason)
  }

  /** The one target of the deployment. */
  get target(): Target {
    return targetOf(this)
  }

  get environment(): Ground['environment'] {
    return this.job.environment
  }

  /** Where the target is and how to get in. @throws PanelError when its key can't be read or nobody confirmed the host key. */
  address(): ServerAddress {
    const { server } = this.target
    if (server.hostKey === null)
      throw new PanelError('host_key_changed', `Nobody has confirmed the host key of ${server.name} yet.`)
    return serverAddress(server, this.worker.secrets)
  }

  /** Reads again where the server is: people may mend that while it is being looked for. */
  async relocate(): Promise<void> {
    const { server } = this.target
    const now = await this.worker.db.prisma.server.findUnique({ where: { id: server.id }, include: throughJumps })
    if (now) Object.assign(server, now)
  }

  context(): TargetContext {
    const owner = `${this.worker.panelId}/${this.held.environmentId}`
    const { epoch, number, deploymentId } = this.held
    return { root: this.target.root, owner, epoch: String(epoch), deployment: number, id: deploymentId }
  }
}
