// Bodies from anybody: no more of them is read than is wanted, nor for longer, and all that are being read together have a limit.

export type Unread = 'too_large' | 'too_slow' | 'busy'
type Limits = {
  most: number
  withinMs: number
  inFlight: InFlight
  /** Whom it is for: all for the same one have a limit together. */
  to: string
}
type Held = { to: string; bytes: number; since: number; stop(): void }

const firstBytes = 16 * 1024

/**
 * What bodies that are being read take up, in bytes: in all, and of those for the same one. Where there is no room, whatever has taken
 * up most for the longest goes, and what comes in fast has its turn however many others dawdle.
 */
export class InFlight {
  readonly #held = new Set<Held>()
  readonly #most: number
  readonly #mostOfOne: number
  constructor({ most, mostOfOne }: { most: number; mostOfOne: number }) {
    this.#most = most
    this.#mostOfOne = mostOfOne
  }

  get bytes(): number {
    return sum([...this.#held])
  }

  /** `stop` is called when it has to go. */
  begin(to: string, stop: () => void): Held {
    const held = { to, bytes: 0, since: performance.now(), stop }
    this.#held.add(held)
    return held
  }

  /** False = it has to go itself. */
  grow(held: Held, bytes: number): boolean {
    while (this.#held.has(held)) {
      const all = [...this.#held]
      const own = all.filter(({ to }) => to === held.to)
      const isFull = sum(own) + bytes > this.#mostOfOne
      if (!isFull && sum(all) + bytes <= this.#most) {
        held.bytes += bytes
        return true
      }
      const now = performance.now()
      const cost = (one: Held) => one.bytes * (now - one.since)
      const dearest = (isFull ? own : all).reduce((most, one) => (cost(one) > cost(most) ? one : most))
      this.end(dearest)
      if (dearest !== held) dearest.stop()
    }
    return false
  }

  end(held: Held): void {
    this.#held.delete(held)
  }
}

function sum(held: readonly Held[]): number {
  return held.reduce((all, { bytes }) => all + bytes, 0)
}

/**
 * The bytes as they came, or why they aren't read any further; the rest is left where it is, so that an answer still arrives. Rejects
 * when the sender breaks off. Parts are copied into one buffer at once: kept one by one, the small ones would cost far more than they hold.
 */
export async function limitedBody(
  request: Request,
  { most, withinMs, inFlight, to }: Limits,
): Promise<Uint8Array | Unread> {
  if (Number(request.headers.get('content-length') ?? 0) > most) return 'too_large'
  if (request.body === null) return new Uint8Array()
  const reader = request.body.getReader()
  let stopped: Unread | null = null
  const stop = (why: Unread) => {
    stopped = why
    reader.releaseLock()
  }
  const timer = setTimeout(() => stop('too_slow'), withinMs)
  const held = inFlight.begin(to, () => stop('busy'))
  let kept = new Uint8Array()
  let length = 0
  try {
    if (!inFlight.grow(held, firstBytes)) return 'busy'
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return kept.subarray(0, length)
      const wanted = length + value.length
      if (wanted > most) return 'too_large'
      if (wanted > kept.length) {
        const size = Math.min(most, Math.max(firstBytes, wanted, kept.length * 2))
        if (size > held.bytes && !inFlight.grow(held, size - held.bytes)) return 'busy'
        const larger = new Uint8Array(size)
        larger.set(kept.subarray(0, length))
        kept = larger
      }
      kept.set(value, length)
      length = wanted
    }
  } catch (error) {
    if (stopped !== null) return stopped
    throw error
  } finally {
    clearTimeout(timer)
    inFlight.end(held)
    reader.releaseLock()
  }
}
