// Ways of seeing a stream in which a secret may stand: with line ends left out, as base64 is broken into lines, and with escapes
// decoded, as URLs and quoted text have them. Each tells where in the raw bytes a pattern stood.
import type { PatternSearch } from './pattern-search.ts'

/** Told of a pattern in the raw bytes from `from` up to, but without, `to`. */
type Found = (from: number, to: number) => void

/** Takes raw bytes one by one; positions are those of raw bytes, from the start of the stream. */
export type View = {
  /** `read` raw bytes have come, `byte` is the last. */
  take(byte: number, read: number): void
  /** Where what may still become a pattern began; `read` when nothing may. */
  open(read: number): number
}

/** A search that doesn't see every raw byte. */
class Gapped {
  #search: PatternSearch
  #found: Found
  #state = 0
  /** Raw positions inside what may become a pattern that stand for nothing in it; ascending. */
  #gaps: number[] = []

  constructor(search: PatternSearch, found: Found) {
    this.#search = search
    this.#found = found
  }

  skip(at: number): void {
    this.#gaps.push(at)
  }

  /** `byte` ends before the raw position `end`. */
  step(byte: number, end: number): void {
    this.#state = this.#search.next(this.#state, byte)
    if (this.#state === 0) return
    const length = this.#search.matched(this.#state)
    if (length > 0) this.#found(this.#startOf(length, end), end)
  }

  open(end: number): number {
    const depth = this.#search.depth(this.#state)
    const start = depth === 0 ? end : this.#startOf(depth, end)
    if (this.#gaps.length > 0) {
      const first = this.#gaps.findIndex((at) => at >= start)
      this.#gaps = first < 0 ? [] : this.#gaps.slice(first)
    }
    return start
  }

  /** Where the last `length` bytes before `end` that are no gaps began. */
  #startOf(length: number, end: number): number {
    let start = end - length
    for (let at = this.#gaps.length - 1; at >= 0 && this.#gaps[at]! >= start; at--) start--
    return start
  }
}

/** Without line ends. */
export function unwrapped(search: PatternSearch, found: Found): View {
  const gapped = new Gapped(search, found)
  return {
    take(byte, read) {
      if (byte === 0x0a || byte === 0x0d) gapped.skip(read - 1)
      else gapped.step(byte, read)
    },
    open: (read) => gapped.open(read),
  }
}

const percent = 0x25
const backslash = 0x5c

/** With `%40`, `\u0040`, `\x40`, `\n` and a backslash before a sign read as what they stand for. */
export function decoded(search: PatternSearch, found: Found): View {
  const gapped = new Gapped(search, found)
  /** An escape that hasn't come to its end. */
  let pending = ''
  let isPending = false
  function take(byte: number, read: number): void {
    if (!isPending && byte !== percent && byte !== backslash) return gapped.step(byte, read)
    pending += String.fromCharCode(byte)
    const meant = meaningOf(pending)
    isPending = true
    if (meant === 'unknown') return
    isPending = false
    const raw = pending
    pending = ''
    if (meant === 'none') {
      // The sign itself; what came after it may be the beginning of an escape.
      gapped.step(raw.charCodeAt(0), read - raw.length + 1)
      for (let at = 1; at < raw.length; at++) take(raw.charCodeAt(at), read - raw.length + at + 1)
      return
    }
    // The first bytes stand for what is meant, the others for nothing.
    for (let at = read - raw.length + meant.length; at < read; at++) gapped.skip(at)
    for (const one of meant) gapped.step(one, read)
  }
  return { take, open: (read) => gapped.open(read - pending.length) }
}

const controls: Record<string, number> = { b: 8, t: 9, n: 10, f: 12, r: 13 }
const encoder = new TextEncoder()

/** The bytes that an escape stands for; `unknown` as long as that isn't decided. */
function meaningOf(escape: string): readonly number[] | 'unknown' | 'none' {
  if (escape.length === 1) return 'unknown'
  if (escape[0] === '%') return byteOf(escape.slice(1))
  const code = escape[1]!
  if (code === 'x') return byteOf(escape.slice(2))
  if (code === 'u') return unitsOf(escape)
  if (code in controls) return [controls[code]!]
  return /[!-/:-@[-`{-~ ]/.test(code) ? [code.charCodeAt(0)] : 'none'
}

function byteOf(digits: string): readonly number[] | 'unknown' | 'none' {
  if (!/^[0-9a-f]*$/i.test(digits)) return 'none'
  return digits.length < 2 ? 'unknown' : [Number.parseInt(digits, 16)]
}

/** `\u00e9`, or the two of them that one character beyond the first 65,536 takes. */
function unitsOf(escape: string): readonly number[] | 'unknown' | 'none' {
  const match = /^\\u([0-9a-f]{0,4})((?:\\(?:u[0-9a-f]{0,4})?)?)$/i.exec(escape)
  if (!match) return 'none'
  const [, first = '', second = ''] = match
  if (first.length < 4) return second === '' ? 'unknown' : 'none'
  const isHalf = /^d[89ab]/i.test(first)
  if (isHalf && second.length < 6) return 'unknown'
  const units = isHalf ? [first, second.slice(2)] : [first]
  return [...encoder.encode(String.fromCharCode(...units.map((digits) => Number.parseInt(digits, 16))))]
}
