// How deployments of an environment have been going: four plots, each with its table.
import Link from 'next/link'
import type { StatisticsView } from '@/lib/api/shapes-overview.ts'
import { formatDuration } from '@/lib/format/time.ts'
import { Empty } from '../empty.tsx'
import { OutcomesPlot } from './outcomes-plot.tsx'
import { SpreadPlot } from './spread-plot.tsx'
import { StepsPlot } from './steps-plot.tsx'

const spans = [
  [12, '12 weeks'],
  [26, 'Half a year'],
  [52, 'A year'],
] as const

export function Statistics({ statistics, environmentId }: { statistics: StatisticsView; environmentId: string }) {
  const { weeks, total, steps, sample } = statistics
  const words = (spread: { median: number; p95: number } | null, nothing: string) =>
    spread ? `${formatDuration(spread.median)} in the middle, 95 % within ${formatDuration(spread.p95)}.` : nothing
  return (
    <>
      <nav aria-label="How far back" className="mb-4 flex gap-1">
        {spans.map(([count, word]) => (
          <Link
            key={count}
            href={`/environments/${environmentId}/statistics${count === 12 ? '' : `?weeks=${count}`}`}
            scroll={false}
            aria-current={count === weeks.length ? 'true' : undefined}
            className="rounded-one px-2.5 py-1 text-ink-soft hover:bg-sunken hover:text-ink aria-[current]:bg-accent-soft aria-[current]:text-accent"
          >
            {word}
          </Link>
        ))}
      </nav>
      {total.runs === 0 ? (
        <Empty title="No deployments in this time">
          How often deployments succeed, how long they take, and how long a commit waits until it is live stands here.
        </Empty>
      ) : (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4 lg:grid-cols-2">
          <OutcomesPlot weeks={weeks} total={total} />
          <SpreadPlot
            title="How long a run takes"
            summary={words(total.duration, 'No run succeeded in this time.')}
            weeks={weeks.map(({ from, duration }) => ({ from, spread: duration }))}
          />
          <SpreadPlot
            title="From the commit until it is live"
            summary={words(total.leadTime, 'No commit went live in this time.')}
            weeks={weeks.map(({ from, leadTime }) => ({ from, spread: leadTime }))}
          />
          <StepsPlot steps={steps} sample={sample} />
        </div>
      )}
    </>
  )
}
