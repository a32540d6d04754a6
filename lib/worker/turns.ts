// Who may send now: a worker that begins on fifty servers at once would choke itself, and one server that thirty environments
// share would be choked by it. What runs on servers already runs on whatever the limits say.

/** Sendings at the same time: of one worker, and to one server. */
const ofWorker = 16
const toServer = 4

type Waiting = { serverId: string; begin(): void }

/** Taken in the order they were asked for, but for those whose server is busy. */
export class Turns {
  readonly #limits: { ofWorker: number; toServer: number }
  readonly #busy = new Map<string, number>()
  #total = 0
  #waiting: Waiting[] = []

  constructor(limits = { ofWorker, toServer }) {
    this.#limits = limits
  }

  /** Resolves when it is this one's turn, with what ends it (once; again does nothing). Rejects with the signal's reason. */
  take(serverId: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted()
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting = this.#waiting.filter((one) => one !== waiting)
        reject(signal.reason as Error)
      }
      const begin = (): void => {
        signal.removeEventListener('abort', leave)
        this.#count(serverId, 1)
        let isOver = false
        resolve(() => {
          if (isOver) return
          isOver = true
          this.#count(serverId, -1)
          this.#next()
        })
      }
      const waiting: Waiting = { serverId, begin }
      signal.addEventListener('abort', leave, { once: true })
      this.#waiting.push(waiting)
      this.#next()
    })
  }

  #next(): void {
    for (const waiting of [...this.#waiting]) {
      if (this.#total >= this.#limits.ofWorker) return
      if ((this.#busy.get(waiting.serverId) ?? 0) >= this.#limits.toServer) continue
      this.#waiting = this.#waiting.filter((one) => one !== waiting)
      waiting.begin()
    }
  }

  #count(serverId: string, by: 1 | -1): void {
    this.#total += by
    const busy = (this.#busy.get(serverId) ?? 0) + by
    if (busy === 0) this.#busy.delete(serverId)
    else this.#busy.set(serverId, busy)
  }
}
