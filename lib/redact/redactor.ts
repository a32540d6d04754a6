// Keeps secrets out of a stream of bytes. Whatever the chunks, the output is the same: every stretch covered by
// overlapping occurrences of secrets becomes one mask. What might still become a secret is held back.
import { secretForms } from './forms.ts'
import { openPatternSearch } from './pattern-search.ts'
import type { PatternSearch } from './pattern-search.ts'
import { decoded, unwrapped } from './views.ts'
import type { View } from './views.ts'

/** What stands in a log where a secret stood. */
export const mask = '[redacted]'
const maskBytes = new TextEncoder().encode(mask)

export type Redactor = {
  /** Takes raw bytes, gives what of the redacted text is certain by now (often less, sometimes more than was pushed). */
  push(bytes: Uint8Array): Uint8Array
  /** Gives the rest; nothing may be pushed afterwards. */
  end(): Uint8Array
  /** Raw bytes, from the start of this redactor, whose redacted text was given; a fresh redactor may continue there. */
  readonly committed: number
}

/** Hides `secrets` (of at least 4 bytes) in all the spellings of forms.ts. Build one a set, then `open()` one a stream. */
export function prepareRedaction(secrets: readonly string[]): { open(): Redactor } {
  const { exact, wrapped, encoded } = secretForms(secrets)
  const searches = {
    exact: openPatternSearch(exact),
    wrapped: openPatternSearch(wrapped),
    encoded: encoded.length > 0 ? openPatternSearch(encoded) : null,
  }
  return { open: () => new StreamRedactor(searches) }
}

type Searches = { exact: PatternSearch; wrapped: PatternSearch; encoded: PatternSearch | null }

class StreamRedactor implements Redactor {
  committed = 0
  #exact: PatternSearch
  #state = 0
  #unwrapped: View
  #decoded: View | null
  /** Raw bytes read. */
  #read = 0
  /** Raw bytes from `#heldFrom` to `#read`; those inside the first stretch are not kept once it is longer than they are. */
  #held: Uint8Array = new Uint8Array(0)
  #heldFrom = 0
  /** Stretches to mask, in order, not overlapping, none of them given yet. */
  #stretches: { from: number; to: number }[] = []

  constructor({ exact, wrapped, encoded }: Searches) {
    const cover = this.#cover.bind(this)
    this.#exact = exact
    this.#unwrapped = unwrapped(wrapped, cover)
    this.#decoded = encoded && decoded(encoded, cover)
  }

  push(bytes: Uint8Array): Uint8Array {
    this.#held = this.#held.length === 0 ? bytes : joined([this.#held, bytes])
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!
      this.#state = this.#exact.next(this.#state, byte)
      this.#read++
      const length = this.#state === 0 ? 0 : this.#exact.matched(this.#state)
      if (length > 0) this.#cover(this.#read - length, this.#read)
      this.#unwrapped.take(byte, this.#read)
      this.#decoded?.take(byte, this.#read)
    }
    const read = this.#read
    const open = [this.#unwrapped.open(read), this.#decoded?.open(read) ?? read]
    return this.#give(Math.min(read - this.#exact.depth(this.#state), ...open))
  }

  end(): Uint8Array {
    return this.#give(this.#read)
  }

  #cover(from: number, to: number): void {
    let start = from
    let end = to
    for (let last = this.#stretches.at(-1); last && last.to > start; last = this.#stretches.at(-1)) {
      start = Math.min(start, last.from)
      end = Math.max(end, last.to)
      this.#stretches.pop()
    }
    this.#stretches.push({ from: start, to: end })
  }

  /** Gives everything before `certain`, but for a stretch that may still grow over it. */
  #give(certain: number): Uint8Array {
    const parts: Uint8Array[] = []
    for (let first = this.#stretches[0]; first && first.to <= certain; first = this.#stretches[0]) {
      parts.push(this.#raw(this.committed, first.from), maskBytes)
      this.committed = first.to
      this.#stretches.shift()
    }
    const open = this.#stretches[0]
    const until = open ? Math.min(open.from, certain) : certain
    parts.push(this.#raw(this.committed, until))
    this.committed = until
    // The bytes of an open stretch are never shown: a secret that repeats for a gigabyte takes no memory.
    const keepFrom = open && open.from < certain ? Math.min(open.to, certain) : until
    const kept = this.#raw(keepFrom, this.#read)
    const out = joined(parts)
    this.#held = kept.slice()
    this.#heldFrom = keepFrom
    return out
  }

  #raw(from: number, to: number): Uint8Array {
    return this.#held.subarray(Math.max(0, from - this.#heldFrom), Math.max(0, to - this.#heldFrom))
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
