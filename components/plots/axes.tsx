// The ground of a plot over weeks: lines of round values, the months below.

export const size = { width: 480, height: 180, left: 46, right: 8, top: 8, bottom: 22 }
export const inner = {
  width: size.width - size.left - size.right,
  height: size.height - size.top - size.bottom,
}

/** `value` of 0 … `max` as a y. */
export function yOf(value: number, max: number): number {
  return size.top + inner.height * (1 - value / max)
}

/** The middle of the week `index` of `count` as an x. */
export function xOf(index: number, count: number): number {
  return size.left + (inner.width * (index + 0.5)) / count
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Hidden from screen readers, which have the summary and the table. `weeks`: Mondays as `2026-11-16`. */
export function Axes({
  weeks,
  ticks,
  format,
}: {
  weeks: string[]
  ticks: number[]
  format: (value: number) => string
}) {
  const max = ticks.at(-1) ?? 1
  // As many labels as there is room for.
  const every = Math.ceil(weeks.length / 7)
  return (
    <g aria-hidden className="fill-ink-soft text-[12px]">
      {ticks.map((tick) => (
        <g key={tick}>
          <line
            x1={size.left}
            x2={size.width - size.right}
            y1={yOf(tick, max)}
            y2={yOf(tick, max)}
            className="stroke-line"
          />
          <text x={size.left - 6} y={yOf(tick, max) + 4} textAnchor="end">
            {format(tick)}
          </text>
        </g>
      ))}
      {weeks.map((week, index) =>
        index % every === 0 ? (
          <text key={week} x={xOf(index, weeks.length)} y={size.height - 5} textAnchor="middle">
            {`${Number(week.slice(8))} ${months[Number(week.slice(5, 7)) - 1]}`}
          </text>
        ) : null,
      )}
    </g>
  )
}
