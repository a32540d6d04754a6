// How often each webhook is listened to. In this process's memory, so that who merely knows a webhook's id makes the panel write nothing;
// and what isn't proven to be the Git host's is counted apart, so that it takes nothing from the host.

type Rate = { most: number; perSecond: number }

/** So many at once, and then so many a second; for each key. */
export class Budget {
  readonly #left = new Map<string, { count: number; at: number }>()
  readonly #rate: Rate
  constructor(rate: Rate) {
    this.#rate = rate
  }

  /** Takes one: 0, or in how many seconds there is one again. `now` in ms of a clock that is never set. */
  take(key: string, now = performance.now()): number {
    const { most, perSecond } = this.#rate
    const { count, at } = this.#left.get(key) ?? { count: most, at: now }
    const there = Math.min(most, count + (Math.max(0, now - at) / 1_000) * perSecond)
    this.#left.set(key, { count: there >= 1 ? there - 1 : there, at: Math.max(at, now) })
    return there >= 1 ? 0 : Math.ceil((1 - there) / perSecond)
  }
}

/** Whose signature fits. */
export const genuine = new Budget({ most: 5_000, perSecond: 500 })
/** Whatever could be anybody's. */
export const unproven = new Budget({ most: 60, perSecond: 1 })
