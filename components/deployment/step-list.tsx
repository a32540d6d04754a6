'use client'
import { Duration } from '../time.tsx'
import { StatusMark } from '../status-badge.tsx'
import type { StepRow } from './rows.ts'

const stages: Record<string, string> = { check: 'Check', ship: 'Ship', switch: 'Switch', finish: 'Finish', undo: 'Undo' }
const origins = { fairlead: '', repository: 'repository', panel: 'panel' } as const

/** Stages and their steps with what became of each; choosing one shows its part of the log. */
export function StepList({ rows, chosen, onChoose }: { rows: StepRow[]; chosen: string | null; onChoose: (key: string | null) => void }) {
  if (rows.length === 0) {
    return <p className="p-4 text-ink-soft">The steps appear once a worker has taken this deployment and planned it.</p>
  }
  return (
    <ol>
      {rows.map((row, index) => {
        const isFirst = rows[index - 1]?.plan.stage !== row.plan.stage || rows[index - 1]?.plan.segment !== row.plan.segment
        return (
          <li key={row.key}>
            {isFirst && <h3 className="px-3 pb-1 pt-3 text-xs font-medium text-ink-soft">{stages[row.plan.stage]}</h3>}
            <button
              type="button"
              onClick={() => onChoose(chosen === row.key ? null : row.key)}
              aria-pressed={chosen === row.key}
              className="flex w-full items-center gap-2 px-3 py-1.5 text-left hover:bg-sunken aria-pressed:bg-accent-soft"
            >
              <StatusMark status={row.status} />
              <span className="min-w-0 flex-1">
                <span className="block truncate font-medium">{row.plan.name}</span>
                {row.plan.origin !== 'fairlead' && (
                  <span className="block truncate text-xs text-ink-soft">
                    from the {origins[row.plan.origin]}
                    {row.plan.user ? ` · as ${row.plan.user}` : ''}
                    {row.plan.failure === 'ignored' ? ' · failure is ignored' : ''}
                  </span>
                )}
              </span>
              {row.exit !== null && row.exit !== 0 && <span className="figures text-xs text-ink-soft">exit {row.exit}</span>}
              <span className="w-16 shrink-0 text-right text-xs text-ink-soft">
                {row.startedAt !== null && <Duration from={row.startedAt} to={row.status === 'running' ? null : row.endedAt} />}
              </span>
            </button>
          </li>
        )
      })}
    </ol>
  )
}
