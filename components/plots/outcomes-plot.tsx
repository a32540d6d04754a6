import type { StatisticsView } from '@/lib/api/shapes-overview.ts'
import { Axes, inner, size, xOf, yOf } from './axes.tsx'
import { LegendItem, PlotFrame } from './frame.tsx'
import { countTicks } from './scale.ts'

/** From the ground up. Each is told apart by its place in the pile and by its edge as well as by its colour. */
const kinds = [
  { status: 'succeeded', word: 'Succeeded', fill: 'fill-good/75' },
  { status: 'cancelled', word: 'Cancelled', fill: 'fill-warn/80' },
  { status: 'failed', word: 'Failed', fill: 'fill-bad' },
] as const

/** How many deployments ended how, week by week. */
export function OutcomesPlot({ weeks, total }: Pick<StatisticsView, 'weeks' | 'total'>) {
  const sum = (outcomes: StatisticsView['weeks'][number]['outcomes']) =>
    kinds.reduce((all, { status }) => all + (outcomes[status] ?? 0), 0)
  const ticks = countTicks(Math.max(...weeks.map(({ outcomes }) => sum(outcomes))))
  const max = ticks.at(-1)!
  const width = Math.min(28, (inner.width / weeks.length) * 0.7)
  const share = total.runs === 0 ? 0 : Math.round((total.succeeded / total.runs) * 100)
  return (
    <PlotFrame
      title="Outcomes per week"
      summary={`${total.runs.toLocaleString('en')} ${total.runs === 1 ? 'run' : 'runs'}, ${share} % of them succeeded.`}
      legend={kinds.map(({ status, word, fill }) => (
        <LegendItem key={status} className={fill} word={word} />
      ))}
      table={{
        head: ['Week from', ...kinds.map(({ word }) => word)],
        rows: weeks.map(({ from, outcomes }) => [from, ...kinds.map(({ status }) => String(outcomes[status] ?? 0))]),
      }}
    >
      <svg
        role="img"
        aria-label="Outcomes per week; the figures stand below"
        viewBox={`0 0 ${size.width} ${size.height}`}
        className="w-full"
      >
        <Axes weeks={weeks.map(({ from }) => from)} ticks={ticks} format={String} />
        {weeks.map(({ from, outcomes }, index) => (
          <g key={from}>
            <title>{`Week from ${from}: ${kinds.map(({ status, word }) => `${outcomes[status] ?? 0} ${word.toLowerCase()}`).join(', ')}`}</title>
            {kinds.map(({ status, fill }, place) => {
              const below = kinds.slice(0, place).reduce((all, kind) => all + (outcomes[kind.status] ?? 0), 0)
              const count = outcomes[status] ?? 0
              if (count === 0) return null
              const top = yOf(below + count, max)
              return (
                <rect
                  key={status}
                  x={xOf(index, weeks.length) - width / 2}
                  y={top}
                  width={width}
                  height={Math.max(1, yOf(below, max) - top - (place > 0 || below > 0 ? 1 : 0))}
                  className={fill}
                />
              )
            })}
          </g>
        ))}
      </svg>
    </PlotFrame>
  )
}
