/** Numbers in 0..1 that depend on the seed only (mulberry32), so that a failing trial can be flown again. */
type Random = { next(): number; pick<T>(from: readonly T[]): T; chance(of: number): boolean }

export function randomFrom(seed: number): Random {
  let state = (seed * 0x9e3779b1) >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    pick: (from) => from[Math.floor(next() * from.length)]!,
    chance: (of) => next() < of,
  }
}
