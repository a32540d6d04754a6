'use client'
// Moments and durations, always with the exact value on hover and for machines.
import { formatDuration, formatExact, formatRelative } from '@/lib/format/time.ts'
import { useNow } from './providers.tsx'

/** `at`: ISO 8601. Shows `3 min ago`. */
export function RelativeTime({ at, className }: { at: string; className?: string }) {
  const now = useNow()
  const time = Date.parse(at)
  return (
    <time dateTime={at} title={formatExact(time)} className={className}>
      {formatRelative(time, now)}
    </time>
  )
}

/** From `from` to `to` (epoch ms); without `to` it is still running and ticks. */
export function Duration({ from, to }: { from: number; to?: number | null }) {
  return to == null ? <Running from={from} /> : <span className="figures">{formatDuration(to - from)}</span>
}

function Running({ from }: { from: number }) {
  const now = useNow()
  // Whole seconds while it runs: tenths that change each second would only flicker.
  return (
    <span className="figures">
      {formatDuration(Math.max(1000, Math.floor((now - from) / 1000) * 1000)).replace('.0', '')}
    </span>
  )
}
