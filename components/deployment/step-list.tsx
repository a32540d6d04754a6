'use client'
import { Duration } from '../time.tsx'
import { StatusMark } from '../status-badge.tsx'
import type { StepRow } from './rows.ts'
import { stepTitle } from './step-title.ts'

export const stageTitles: Record<string, string> = {
  check: 'Check',
  ship: 'Ship',
  switch: 'Switch',
  finish: 'Finish',
  undo: 'Undo',
}

/** Stages and their steps with what became of each; choosing one shows its part of the log. */
export function StepList({
  rows,
  chosen,
  onChoose,
}: {
  rows: StepRow[]
  chosen: string | null
  onChoose: (key: string | null) => void
}) {
  if (rows.length === 0) {
    return <p className="p-4 text-ink-soft">The steps appear once a worker has taken this deployment and planned it.</p>
  }
  return (
    <ol>
      {rows.map((row, index) => (
        <li key={row.key}>
          {isFirst(rows, index) && (
            <h2 className="px-4 pb-0.5 pt-3 text-xs font-medium text-ink-soft">{stageTitles[row.plan.stage]}</h2>
          )}
          <button
            type="button"
            onClick={() => onChoose(chosen === row.key ? null : row.key)}
            aria-pressed={chosen === row.key}
            className="relative flex w-full items-center gap-2.5 px-4 py-1.5 text-left outline-offset-[-2px] hover:bg-sunken aria-pressed:bg-accent-soft"
          >
            {index + 1 < rows.length && !isFirst(rows, index + 1) && (
              <span aria-hidden className="absolute -bottom-1.5 left-[1.59375rem] top-1/2 w-px bg-line" />
            )}
            <span className="relative rounded-full bg-panel">
              <StatusMark status={row.status} />
            </span>
            <span className="min-w-0 flex-1">
              <span
                className={`block truncate ${row.plan.event ? 'font-mono text-[13px]' : ''} ${row.status === 'waiting' || row.status === 'skipped' ? 'text-ink-soft' : ''} ${row.status === 'running' ? 'font-semibold' : ''}`}
              >
                {stepTitle(row.plan.name, row.plan.stage)}
              </span>
              {row.plan.origin !== 'fairlead' && (
                <span className="block truncate text-xs text-ink-soft">{originOf(row)}</span>
              )}
            </span>
            {row.exit !== null && row.exit !== 0 && (
              <span className="figures whitespace-nowrap text-xs text-bad">exit {row.exit}</span>
            )}
            <span className="shrink-0 text-right text-xs text-ink-soft">
              {row.startedAt !== null && (
                <Duration from={row.startedAt} to={row.status === 'running' ? null : row.endedAt} />
              )}
            </span>
          </button>
        </li>
      ))}
    </ol>
  )
}

function isFirst(rows: readonly StepRow[], index: number): boolean {
  const [before, row] = [rows[index - 1], rows[index]]
  return before?.plan.stage !== row?.plan.stage || before?.plan.segment !== row?.plan.segment
}

function originOf({ plan }: StepRow): string {
  return [plan.origin, plan.user && `as ${plan.user}`, plan.failure === 'ignored' && 'may fail']
    .filter(Boolean)
    .join(' · ')
}
