// The real store on a real Postgres, remembered: the answer to an operation in a state of the database is learned by
// carrying it out once. Any state that was seen can be put back.
import type { NewEvent } from '@/lib/deploy/events.ts'
import { PanelError } from '@/lib/errors.ts'
import { LostClaim, claim, letGo, renew, writeAs } from '@/lib/store/claims.ts'
import type { Claim } from '@/lib/store/claims.ts'
import { openDatabase } from '@/lib/store/database.ts'
import type { Database } from '@/lib/store/database.ts'
import { createDeployment } from '@/lib/store/deployments.ts'
import { giveUp, requestCancel } from '@/lib/store/wishes.ts'
import { recordEnd, recordJournal, recordSent } from '@/lib/store/segments.ts'
import { insertEnvironment } from '../store/fixtures.ts'
import { snapshots, viewOf } from './view.ts'
import type { Snapshot, View } from './view.ts'

/** A claim as a worker of the model holds it; `deployment` is its number. */
export type Held = { deployment: number; attempt: number; epoch: number }
type SegmentChange =
  { name: string; change: 'sent' | 'ended' | 'lost'; outcome?: string } | { name: string; read: number }
export type Operation =
  | { do: 'request' }
  | { do: 'claim'; worker: string }
  | { do: 'renew' | 'letGo'; held: Held }
  | { do: 'write'; held: Held; events: NewEvent[]; segment?: SegmentChange }
  | { do: 'cancel' | 'giveUp' | 'expire'; deployment: number }
/** `lost`: LostClaim; `refused`: a PanelError; `nothing`: nothing to claim. */
export type Answer =
  | { is: 'ok' | 'nothing' | 'lost' | 'refused' }
  | { is: 'claimed'; deployment: number; attempt: number }
  | { is: 'renewed'; cancelRequested: boolean; givenUp: boolean }

/** What the model calls of the store. A test may put something broken in the place of one. */
export type Store = { claim: typeof claim; renew: typeof renew; letGo: typeof letGo; writeAs: typeof writeAs }
export const realStore: Store = { claim, renew, letGo, writeAs }

/** What no answer depends on: the store compares attempts, epochs are for servers. */
const ignored = new Set(['worker', 'epoch'])
const who = { by: 'user:1', byName: 'Ada' }

export class Ledger {
  /** Operations that were carried out on Postgres. */
  learned = 0
  readonly states: { snapshot: Snapshot; view: View }[] = []
  #db: Database
  #environmentId: string
  #store: Store
  #numbers = new Map<string, number>()
  #answers = new Map<string, { answer: Answer; to: number }>()
  /** The state whose very rows the database holds. */
  #at = -1

  private constructor(db: Database, environmentId: string, store: Store) {
    this.#db = db
    this.#environmentId = environmentId
    this.#store = store
  }

  /** State 0 of a database of one's own: an environment without deployments. The clock of the store stands still. */
  static async open(url: string, store: Store = realStore): Promise<Ledger> {
    const stopped = new URL(url)
    stopped.searchParams.set('options', '-c search_path=model,pg_catalog,public')
    const db = openDatabase(stopped.href, { size: 1 })
    await db.pool.query(snapshots)
    const ledger = new Ledger(db, await insertEnvironment(db), store)
    await ledger.#remember()
    return ledger
  }

  close(): Promise<void> {
    return this.#db.close()
  }

  view(state: number): View {
    return this.states[state]!.view
  }

  /** What `operation` answers in that state, and the state after it. */
  async perform(from: number, operation: Operation): Promise<{ answer: Answer; to: number }> {
    const name = `${from} ${JSON.stringify(operation, (key, value: unknown) => (ignored.has(key) ? undefined : value))}`
    const known = this.#answers.get(name)
    if (known) return known
    const { snapshot } = this.states[from]!
    if (this.#at !== from) await this.#db.pool.query('SELECT model.restore($1)', [JSON.stringify(snapshot)])
    const answer = await this.#carryOut(operation, snapshot)
    this.learned += 1
    const step = { answer, to: await this.#remember() }
    this.#answers.set(name, step)
    return step
  }

  /** Two histories that leave the same view are one state: of the rest nothing in the store takes notice. */
  async #remember(): Promise<number> {
    const { rows } = await this.#db.pool.query<{ snapshot: Snapshot }>('SELECT model.snapshot() AS "snapshot"')
    const { snapshot } = rows[0]!
    const { key, view } = viewOf(snapshot)
    const known = this.#numbers.get(key)
    this.#at = known === undefined ? this.states.length : -1
    if (known !== undefined) return known
    this.#numbers.set(key, this.states.length)
    return this.states.push({ snapshot, view }) - 1
  }

  async #carryOut(operation: Operation, before: Snapshot): Promise<Answer> {
    try {
      return await this.#call(operation, before)
    } catch (error) {
      if (error instanceof LostClaim) return { is: 'lost' }
      if (error instanceof PanelError) return { is: 'refused' }
      throw error
    }
  }

  async #call(operation: Operation, before: Snapshot): Promise<Answer> {
    const db = this.#db
    const idOf = (number: number): string => before.deployments.find((one) => one.number === number)!.id
    const claimOf = ({ deployment, attempt, epoch }: Held): Claim => {
      const ids = { deploymentId: idOf(deployment), environmentId: this.#environmentId }
      return { ...ids, number: deployment, attempt, epoch: BigInt(epoch), isTakeOver: attempt > 1 }
    }
    switch (operation.do) {
      case 'request': {
        const source = { type: 'git', ref: 'main' } as const
        await createDeployment(db, { environmentId: this.#environmentId, kind: 'deploy', source, ...who })
        return { is: 'ok' }
      }
      case 'claim': {
        const held = await this.#store.claim(db, operation.worker)
        if (!held) return { is: 'nothing' }
        const isNewest = before.deployments.every(({ epoch }) => epoch === null || held.epoch > BigInt(epoch))
        if (!isNewest) throw new Error(`epoch ${held.epoch} is not the newest`)
        return { is: 'claimed', deployment: held.number, attempt: held.attempt }
      }
      case 'renew':
        return { is: 'renewed', ...(await this.#store.renew(db, claimOf(operation.held))) }
      case 'letGo':
        await this.#store.letGo(db, claimOf(operation.held))
        return { is: 'ok' }
      case 'write':
        await this.#write(claimOf(operation.held), operation)
        return { is: 'ok' }
      case 'cancel':
        await requestCancel(db, { deploymentId: idOf(operation.deployment), ...who })
        return { is: 'ok' }
      case 'giveUp':
        await giveUp(db, { deploymentId: idOf(operation.deployment), ...who })
        return { is: 'ok' }
      case 'expire':
        await db.pool.query(
          `UPDATE "Deployment" SET "leaseUntil" = clock_timestamp() - interval '1 second' WHERE "id" = $1`,
          [idOf(operation.deployment)],
        )
        return { is: 'ok' }
    }
  }

  async #write(held: Claim, { events, segment }: Extract<Operation, { do: 'write' }>): Promise<void> {
    await this.#store.writeAs(this.#db, held, async (write) => {
      await write.append(...events)
      if (!segment) return
      if ('read' in segment) await recordJournal(write, segment.name, segment.read)
      else if (segment.change === 'sent') await recordSent(write, segment.name, 'target')
      else await recordEnd(write, segment.name, segment.change, segment.outcome ?? '')
    })
  }
}
