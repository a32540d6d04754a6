'use client'
import { formatDuration } from '@/lib/format/time.ts'
import { useNow } from '../providers.tsx'
import type { StepRow } from './rows.ts'
import { stepTitle } from './step-title.ts'

const colours: Record<string, string> = {
  ok: 'bg-good',
  ignored: 'bg-warn',
  running: 'bg-accent motion-safe:animate-pulse',
  waiting: 'bg-line',
  skipped: 'bg-line',
  cancelled: 'bg-warn',
}

/** One mark a step, and in words: which of how many runs, and how long all of it usually takes. */
export function Progress({
  rows,
  startedAt,
  usualMs,
}: {
  rows: readonly StepRow[]
  startedAt: string | null
  usualMs: number | null
}) {
  const now = useNow()
  if (rows.length === 0) return null
  const index = rows.findIndex(({ status }) => status === 'running')
  const at = index === -1 ? rows.findIndex(({ status }) => status === 'waiting') : index
  const leftMs = startedAt && usualMs !== null ? usualMs - (now - Date.parse(startedAt)) : null
  return (
    <div className="mb-4">
      <p className="mb-1.5 flex flex-wrap justify-between gap-x-4 text-xs text-ink-soft">
        <span className="figures">
          {at === -1 ? 'All steps are done' : `Step ${at + 1} of ${rows.length}: `}
          {at !== -1 && (
            <span className="font-medium text-ink">{stepTitle(rows[at]!.plan.name, rows[at]!.plan.stage)}</span>
          )}
        </span>
        {leftMs !== null && (
          <span className="figures">
            {leftMs > 0
              ? `about ${formatDuration(Math.ceil(leftMs / 1000) * 1000).replace('.0', '')} left`
              : `longer than the usual ${formatDuration(usualMs!)}`}
          </span>
        )}
      </p>
      <div aria-hidden className="flex gap-1">
        {rows.map(({ key, status }) => (
          <span key={key} className={`h-1.5 flex-1 rounded-full ${colours[status] ?? 'bg-bad'}`} />
        ))}
      </div>
    </div>
  )
}
