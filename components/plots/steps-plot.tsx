import type { StatisticsView } from '@/lib/api/shapes-overview.ts'
import { formatDuration } from '@/lib/format/time.ts'
import { stepTitle } from '../deployment/step-title.ts'
import { LegendItem, PlotFrame } from './frame.tsx'

const shown = 12

/** Where the time of a deployment goes: the slowest steps as bars, each with a mark for its slow runs. */
export function StepsPlot({ steps, sample }: Pick<StatisticsView, 'steps' | 'sample'>) {
  const longest = Math.max(1, ...steps.map(({ p95 }) => p95))
  const width = (ms: number) => `${Math.max(0.3, (ms / longest) * 100)}%`
  const [slowest] = steps
  return (
    <PlotFrame
      title="Slowest steps"
      summary={
        slowest
          ? `${stepTitle(slowest.name)} takes longest, ${formatDuration(slowest.median)} in the middle; of the last ${sample} runs that succeeded.`
          : 'No run succeeded in this time.'
      }
      legend={
        <>
          <LegendItem className="fill-accent" word="Median" />
          <LegendItem className="fill-accent-soft stroke-accent/30" word="95 % are faster" />
        </>
      }
      table={{
        head: ['Step', 'Runs', 'Median', '95 % are faster'],
        rows: steps.map(({ name, runs, median, p95 }) => [
          stepTitle(name),
          String(runs),
          formatDuration(median),
          formatDuration(p95),
        ]),
      }}
    >
      <ul className="grid gap-1.5">
        {steps.slice(0, shown).map(({ name, median, p95 }) => (
          <li key={name} className="grid grid-cols-[minmax(0,9rem)_minmax(0,1fr)_4rem] items-center gap-3 text-xs">
            <span className="truncate" title={stepTitle(name)}>
              {stepTitle(name)}
            </span>
            <svg aria-hidden width="100%" height={12}>
              <rect width={width(p95)} height={12} rx={2} className="fill-accent-soft" />
              <rect width={width(median)} height={12} rx={2} className="fill-accent" />
            </svg>
            <span className="figures text-right">{formatDuration(median)}</span>
          </li>
        ))}
      </ul>
    </PlotFrame>
  )
}
