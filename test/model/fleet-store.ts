// What the store keeps of one run on several servers, without a database: that the real one fences claims so is what claims.test.ts shows.
import type { DeploymentEvent, NewEvent } from '@/lib/deploy/events.ts'
import { nothingYet, reduce } from '@/lib/deploy/reducer.ts'
import type { DeploymentState } from '@/lib/deploy/reducer.ts'
import { isFinished } from '@/lib/deploy/status.ts'

export class LostClaim extends Error {}
export type SegmentChange = { name: string } & ({ state: 'sent' | 'ended' | 'lost' } | { read: number })

export class FleetStore {
  state: DeploymentState = nothingYet
  attempt = 0
  isLeased = false
  readonly segments = new Map<string, { state: 'sent' | 'ended' | 'lost'; read: number }>()
  #seq = 0

  get isOver(): boolean {
    return isFinished(this.state.status)
  }

  /** A claim's number, or null: there is nothing to claim. */
  claim(): number | null {
    if (this.isLeased || this.isOver) return null
    this.attempt += 1
    this.isLeased = true
    this.append([{ type: 'claimed', data: { worker: '', attempt: this.attempt, epoch: `${this.attempt}` } }])
    return this.attempt
  }

  /** @throws LostClaim */
  renew(attempt: number): void {
    if (attempt !== this.attempt || this.isOver) throw new LostClaim()
    this.isLeased = true
  }

  /** What was appended. @throws LostClaim */
  write(attempt: number, events: NewEvent[], change?: SegmentChange): DeploymentEvent[] {
    if (attempt !== this.attempt || this.isOver) throw new LostClaim()
    if (change) {
      const known = this.segments.get(change.name) ?? { state: 'sent', read: 0 }
      this.segments.set(change.name, { ...known, ...change })
    }
    return this.append(events)
  }

  append(events: NewEvent[]): DeploymentEvent[] {
    const added = events.map((event): DeploymentEvent => ({ ...event, seq: (this.#seq += 1), at: '' }))
    this.state = reduce(added, this.state)
    return added
  }
}
