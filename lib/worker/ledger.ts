// What a deployment writes, one transaction after the other: whatever comes while one is under way goes together in the next.
import type { NewEvent } from '@/lib/deploy/events.ts'
import type { ClaimedWrite } from '@/lib/store/claims.ts'

type Entry = {
  events: readonly NewEvent[]
  more: ((write: ClaimedWrite) => Promise<void>) | undefined
  done(): void
  failed(error: unknown): void
}

/** Runs `work` in a transaction of the deployment's holder. @throws LostClaim */
type Transact = (work: (write: ClaimedWrite) => Promise<void>) => Promise<void>

export class Ledger {
  #transact: Transact
  #onWritten: (events: readonly NewEvent[], firstSeq: number) => void
  #waiting: Entry[] = []
  #last: Promise<unknown> = Promise.resolve()

  /** `onWritten` hears of events, in order, once they are in the store. */
  constructor(transact: Transact, onWritten: (events: readonly NewEvent[], firstSeq: number) => void) {
    this.#transact = transact
    this.#onWritten = onWritten
  }

  /** In the order of calls. Rejects as the transaction did, with all that went with it. */
  write(events: readonly NewEvent[], more?: (write: ClaimedWrite) => Promise<void>): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ events, more, done, failed })
      if (this.#waiting.length === 1) void this.after(() => this.#writeAll(this.#waiting.splice(0)))
    })
  }

  /** Does something when everything before is written, and nothing else is under way. */
  after<T>(work: () => Promise<T>): Promise<T> {
    const working = this.#last.then(work)
    this.#last = working.catch(() => {})
    return working
  }

  /** Nothing is tried again by itself: of a transaction whose answer was lost nobody knows here whether it came to be. */
  async #writeAll(entries: Entry[]): Promise<void> {
    try {
      await this.#together(entries)
    } catch (error) {
      for (const entry of entries) entry.failed(error)
      return
    }
    for (const entry of entries) entry.done()
  }

  async #together(entries: Entry[]): Promise<void> {
    const all: NewEvent[] = []
    let first = 0
    await this.#transact(async (write) => {
      const append = async (...events: NewEvent[]): Promise<void> => void all.push(...events)
      for (const { events, more } of entries) {
        await more?.({ ...write, append })
        all.push(...events)
      }
      first = write.deployment.nextSeq
      await write.append(...all)
    })
    this.#onWritten(all, first)
  }
}
