// How the parent of a panel ends: in order at the first signal, at once when somebody asks again.

/** npm passes on what the terminal sends to both of us: the same Ctrl-C arrives twice within this time. */
const sameMs = 1_000

/** Runs `stop` at the first SIGTERM, SIGINT or SIGHUP and then ends the process: with 0, or 1 when stopping failed. */
export function endOnSignal(stop: (signal: NodeJS.Signals) => Promise<void>): void {
  let askedAt: number | null = null
  const end = (signal: NodeJS.Signals): void => {
    if (askedAt !== null) {
      // Asked again, somebody is in a hurry; children end by themselves once we are gone.
      if (performance.now() - askedAt > sameMs) process.exit(1)
      return
    }
    askedAt = performance.now()
    stop(signal).then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end)
}
