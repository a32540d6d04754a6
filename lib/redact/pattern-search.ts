// Aho–Corasick over bytes: all patterns at once, one step a byte, in flat arrays (a set of variables may be 1 MiB, so a
// dense table of 256 transitions a state is out of the question; only the root has one).

/** States are numbers, 0 is the root. */
export type PatternSearch = {
  /** The state after `byte`. */
  next(state: number, byte: number): number
  /** Length of the longest suffix read so far that is a beginning of a pattern. */
  depth(state: number): number
  /** Length of the longest pattern that ends here, 0 when none does. */
  matched(state: number): number
}

/** Builds the automaton; empty patterns must not be among them. */
export function openPatternSearch(patterns: readonly Uint8Array[]): PatternSearch {
  const size = 1 + patterns.reduce((sum, pattern) => sum + pattern.length, 0)
  const child = new Int32Array(size)
  const sibling = new Int32Array(size)
  const label = new Uint8Array(size)
  const fail = new Int32Array(size)
  const depths = new Int32Array(size)
  const matches = new Int32Array(size)
  const root = new Int32Array(256)
  let count = 1

  const down = (state: number, byte: number): number => {
    if (state === 0) return root[byte]!
    let at = child[state]!
    while (at !== 0 && label[at] !== byte) at = sibling[at]!
    return at
  }
  const next = (state: number, byte: number): number => {
    let at = state
    for (;;) {
      const found = down(at, byte)
      if (found !== 0 || at === 0) return found
      at = fail[at]!
    }
  }

  for (const pattern of patterns) {
    let state = 0
    for (const byte of pattern) {
      let found = down(state, byte)
      if (found === 0) {
        found = count++
        label[found] = byte
        depths[found] = depths[state]! + 1
        if (state === 0) root[byte] = found
        else {
          sibling[found] = child[state]!
          child[state] = found
        }
      }
      state = found
    }
    matches[state] = pattern.length
  }

  const queue = new Int32Array(count)
  let end = 0
  for (const state of root) if (state !== 0) queue[end++] = state
  for (let at = 0; at < end; at++) {
    const state = queue[at]!
    if (matches[state] === 0) matches[state] = matches[fail[state]!]!
    for (let below = child[state]!; below !== 0; below = sibling[below]!) {
      fail[below] = next(fail[state]!, label[below]!)
      queue[end++] = below
    }
  }
  return { next, depth: (state) => depths[state]!, matched: (state) => matches[state]! }
}
