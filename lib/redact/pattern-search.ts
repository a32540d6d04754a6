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
  const parent = new Int32Array(size)
  const label = new Uint8Array(size)
  const fail = new Int32Array(size)
  const depths = new Int32Array(size)
  const matches = new Int32Array(size)
  const root = new Int32Array(256)
  // A state's first child is the state after it. Others, at most one a pattern, stand in a table by hash of state and byte,
  // at most half full; a child knows whose it is, 0 = nobody's.
  const slots = new Int32Array(2 ** Math.ceil(Math.log2(patterns.length + 1) + 1))
  const hasMore = new Uint8Array(size)
  let count = 1

  const slotOf = (state: number, byte: number): number => {
    const hash = Math.imul(Math.imul(state, 0x9e3779b1) ^ byte, 0x85ebca6b)
    let slot = (hash ^ (hash >>> 15)) & (slots.length - 1)
    for (;;) {
      const child = slots[slot]!
      if (child === 0 || (parent[child] === state && label[child] === byte)) return slot
      slot = (slot + 1) & (slots.length - 1)
    }
  }
  const down = (state: number, byte: number): number => {
    if (state === 0) return root[byte]!
    if (label[state + 1] === byte && parent[state + 1] === state) return state + 1
    return hasMore[state] === 0 ? 0 : slots[slotOf(state, byte)]!
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
        parent[found] = state
        depths[found] = depths[state]! + 1
        if (state === 0) root[byte] = found
        else if (found !== state + 1) {
          hasMore[state] = 1
          slots[slotOf(state, byte)] = found
        }
      }
      state = found
    }
    matches[state] = pattern.length
  }

  // Shallow states first: what a state falls back to is always less deep.
  for (const state of byDepth(depths.subarray(0, count))) {
    const above = parent[state]!
    if (above !== 0) fail[state] = next(fail[above]!, label[state]!)
    if (matches[state] === 0) matches[state] = matches[fail[state]!]!
  }
  return { next, depth: (state) => depths[state]!, matched: (state) => matches[state]! }
}

/** All states but the root, in the order of their depth. */
function byDepth(depths: Int32Array): Int32Array {
  let deepest = 0
  for (const depth of depths) if (depth > deepest) deepest = depth
  const starts = new Int32Array(deepest + 2)
  for (const depth of depths) starts[depth + 1]!++
  for (let depth = 1; depth < starts.length; depth++) starts[depth]! += starts[depth - 1]!
  const order = new Int32Array(depths.length)
  for (let state = 0; state < depths.length; state++) order[starts[depths[state]!]!++] = state
  return order.subarray(1)
}
