import { formatDuration } from '@/lib/format/time.ts'
import { Axes, size, xOf, yOf } from './axes.tsx'
import { LegendItem, PlotFrame } from './frame.tsx'
import { durationTicks, shortDuration } from './scale.ts'

type Spread = { median: number; p95: number } | null
type SpreadPlotProps = { title: string; summary: string; weeks: { from: string; spread: Spread }[] }

const lines = [
  { key: 'median', word: 'Median', stroke: 'stroke-accent', dashes: undefined },
  { key: 'p95', word: '95 % are faster', stroke: 'stroke-line-strong', dashes: '5 4' },
] as const

/** How long something took, week by week: the middle one as a line, and the slow ones as a line of dashes above it. */
export function SpreadPlot({ title, summary, weeks }: SpreadPlotProps) {
  const ticks = durationTicks(Math.max(1000, ...weeks.map(({ spread }) => spread?.p95 ?? 0)))
  const max = ticks.at(-1)!
  const format = (spread: Spread, key: 'median' | 'p95') => (spread ? formatDuration(spread[key]) : '–')
  return (
    <PlotFrame
      title={title}
      summary={summary}
      legend={lines.map(({ key, word, stroke }) => (
        <LegendItem key={key} className={stroke} word={word} shape="line" />
      ))}
      table={{
        head: ['Week from', ...lines.map(({ word }) => word)],
        rows: weeks.map(({ from, spread }) => [from, format(spread, 'median'), format(spread, 'p95')]),
      }}
    >
      <svg
        role="img"
        aria-label={`${title}; the figures stand below`}
        viewBox={`0 0 ${size.width} ${size.height}`}
        className="w-full"
      >
        <Axes weeks={weeks.map(({ from }) => from)} ticks={ticks} format={shortDuration} />
        {lines.map(({ key, stroke, dashes }) => (
          <path
            key={key}
            d={pathOf(weeks.map(({ spread }, index) => spread && [xOf(index, weeks.length), yOf(spread[key], max)]))}
            className={`fill-none ${stroke}`}
            strokeWidth={2}
            strokeLinejoin="round"
            strokeLinecap="round"
            strokeDasharray={dashes}
          />
        ))}
        {weeks.map(({ from, spread }, index) =>
          spread ? (
            <g key={from}>
              <title>{`Week from ${from}: median ${format(spread, 'median')}, 95 % within ${format(spread, 'p95')}`}</title>
              <circle cx={xOf(index, weeks.length)} cy={yOf(spread.median, max)} r={3} className="fill-accent" />
            </g>
          ) : null,
        )}
      </svg>
    </PlotFrame>
  )
}

/** A line through the points, broken where there is none. */
function pathOf(points: ([number, number] | null)[]): string {
  return points
    .map((point, index) =>
      point ? `${points[index - 1] ? 'L' : 'M'}${point[0].toFixed(1)} ${point[1].toFixed(1)}` : '',
    )
    .join('')
}
