// Times and durations as people read them; pure, so `now` is always given.

/** A duration in ms as `340 ms`, `4.2 s`, `1m 12s`, `2h 05m`; negative counts as nothing. */
export function formatDuration(ms: number): string {
  const value = Math.max(0, ms)
  if (value < 1000) return `${Math.round(value)} ms`
  if (value < 10_000) return `${(Math.floor(value / 100) / 10).toFixed(1)} s`
  const seconds = Math.floor(value / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, '0')}s`
  return `${Math.floor(seconds / 3600)}h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, '0')}m`
}

const steps: [limitMs: number, unitMs: number, word: string][] = [
  [3_600_000, 60_000, 'min'],
  [86_400_000, 3_600_000, 'h'],
  [30 * 86_400_000, 86_400_000, 'd'],
]

/** A moment relative to `now` (both epoch ms): `just now`, `3 min ago`, `in 2 h`; beyond 30 days the UTC date. */
export function formatRelative(at: number, now: number): string {
  const distance = Math.abs(now - at)
  if (distance < 45_000) return 'just now'
  for (const [limit, unit, word] of steps) {
    if (distance >= limit) continue
    const count = `${Math.max(1, Math.round(distance / unit))} ${word}`
    return at <= now ? `${count} ago` : `in ${count}`
  }
  return new Date(at).toISOString().slice(0, 10)
}

/** A moment exactly: `2026-11-21 03:46:12 UTC`. */
export function formatExact(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** A moment as clocks of `timeZone` show it: `Tue 24 Nov 2026, 03:30`; as `formatMinute` where that zone isn't known. */
export function formatZoned(at: number, timeZone: string): string {
  try {
    const parts = new Intl.DateTimeFormat('en', { ...zoned, timeZone }).formatToParts(at)
    // Put together here: where the commas stand differs between browsers and servers.
    const { weekday, day, month, year, hour, minute } = Object.fromEntries(
      parts.map(({ type, value }) => [type, value]),
    )
    return `${weekday} ${day} ${month} ${year}, ${hour}:${minute}`
  } catch {
    return formatMinute(new Date(at))
  }
}

const zoned = {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
} as const

/** A moment for everybody, to the minute: `2026-11-22 09:30 UTC`. */
export function formatMinute(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
