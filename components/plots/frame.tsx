import type { ReactNode } from 'react'
import { cardStyle } from '../style.ts'

/** A plot with its name, one sentence of what it says, and the figures behind it as a table that can be opened. */
export function PlotFrame({
  title,
  summary,
  legend,
  table,
  children,
}: {
  title: string
  summary: string
  legend?: ReactNode
  table: { head: string[]; rows: string[][] }
  children: ReactNode
}) {
  return (
    <section aria-label={title} className={`${cardStyle} min-w-0 p-4`}>
      <div className="mb-3 flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <h2 className="font-semibold">{title}</h2>
        {legend && <div className="flex flex-wrap gap-x-3 text-xs text-ink-soft">{legend}</div>}
      </div>
      <p className="mb-3 text-ink-soft">{summary}</p>
      {children}
      <details className="mt-3">
        <summary className="text-xs text-ink-soft hover:text-ink">The figures</summary>
        <div className="mt-2 overflow-x-auto" tabIndex={0} role="region" aria-label={`${title}: the figures`}>
          <table className="figures w-full text-xs">
            <thead>
              <tr>
                {table.head.map((name, index) => (
                  <th
                    key={name}
                    scope="col"
                    className={`border-b py-1 font-medium ${index === 0 ? 'text-left' : 'pl-4 text-right'}`}
                  >
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {table.rows.map(([first, ...others]) => (
                <tr key={first}>
                  <th scope="row" className="border-b py-1 text-left font-normal">
                    {first}
                  </th>
                  {others.map((cell, index) => (
                    <td key={index} className="border-b py-1 pl-4 text-right">
                      {cell}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </section>
  )
}

/** A colour of a plot with its shape and word. */
export function LegendItem({
  className,
  word,
  shape = 'box',
}: {
  className: string
  word: string
  shape?: 'box' | 'line'
}) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <svg aria-hidden width={12} height={10}>
        {shape === 'box' ? (
          <rect width={10} height={10} rx={2} className={className} />
        ) : (
          <line x1={0} x2={12} y1={5} y2={5} strokeWidth={2.5} className={className} />
        )}
      </svg>
      {word}
    </span>
  )
}
