'use client'
import { formatExact, formatZoned } from '@/lib/format/time.ts'
import { useOwnZone } from './own-zone.ts'

/** A moment by the clocks of whoever looks: `Thu 24 Dec 2026, 16:00`. `at`: ISO 8601. */
export function OwnTime({ at }: { at: string }) {
  const time = Date.parse(at)
  return (
    <time dateTime={at} title={formatExact(time)}>
      {formatZoned(time, useOwnZone())}
    </time>
  )
}
