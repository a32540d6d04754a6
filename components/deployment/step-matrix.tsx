'use client'
import { Fragment, useMemo, useRef, type KeyboardEvent, type RefObject } from 'react'
import { StatusMark } from '../status-badge.tsx'
import { matrixRows } from './matrix.ts'
import { MatrixCell } from './matrix-cell.tsx'
import type { StepRow } from './rows.ts'
import { standingTone, StandingWords, type Column } from './standing-words.tsx'
import { stageTitles } from './step-list.tsx'
import { stepTitle } from './step-title.ts'

type StepMatrixProps = {
  rows: StepRow[]
  columns: Column[]
  batches: number
  isCompact: boolean
  /** Key of a step, and name of a server, whose log is shown. */
  chosen: string | null
  server: string | null
  onChoose: (key: string) => void
  onServer: (server: string) => void
  /** Where to begin: the failing step. */
  openAt: string | null
}

/** One column a server, one row a step. The heads stay in sight; arrows go from cell to cell. */
export function StepMatrix(props: StepMatrixProps) {
  const { rows, columns, batches, isCompact, chosen, onChoose } = props
  const table = useRef<HTMLTableElement>(null)
  const joined = useMemo(() => matrixRows(rows), [rows])
  const groups = columns.reduce<{ batch: number; count: number }[]>((found, { batch }) => {
    if (found.at(-1)?.batch === batch) found.at(-1)!.count++
    else found.push({ batch, count: 1 })
    return found
  }, [])
  const entry = chosen ?? props.openAt ?? joined[0]?.cells.values().next().value?.key ?? null
  const head = 'sticky left-0 z-10 w-38 min-w-38 max-w-38 border-r bg-panel px-3 text-left font-normal'
  const width = isCompact ? 'w-9 min-w-9 max-w-9' : 'min-w-24'
  return (
    <table
      ref={table}
      onKeyDown={(event) => moveByArrow(event, table)}
      className={`border-separate border-spacing-0 text-sm ${isCompact ? '' : 'w-full table-fixed'}`}
      aria-label="Steps by server"
    >
      <thead className="sticky top-0 z-20 bg-panel">
        {batches > 1 && (
          <tr>
            <td className={head} />
            {groups.map(({ batch, count }, at) => (
              <th
                key={at}
                scope="colgroup"
                colSpan={count}
                className="truncate border-l px-2 pt-1.5 text-left text-xs font-medium text-ink-soft first-of-type:border-l-0"
              >
                {batch === 0 ? 'No batch' : isCompact ? batch : `Batch ${batch} of ${batches}`}
              </th>
            ))}
          </tr>
        )}
        <tr>
          <td className={`${head} border-b`} />
          {columns.map((column) => (
            <th key={column.targetId} scope="col" className={`border-b p-0 align-bottom font-normal ${width}`}>
              <button
                type="button"
                aria-pressed={props.server === column.server}
                title={column.server}
                onClick={() => props.onServer(column.server)}
                className="w-full px-2 py-1.5 text-left outline-offset-[-2px] hover:bg-sunken aria-pressed:bg-accent-soft"
              >
                {isCompact ? (
                  <span className="grid justify-items-center gap-1">
                    <span className="max-h-24 truncate text-xs [writing-mode:vertical-rl]">{column.server}</span>
                    <StatusMark status={column.standing.status} />
                  </span>
                ) : (
                  <>
                    <span className="flex items-center gap-1.5 font-medium">
                      <StatusMark status={column.standing.status} />
                      <span className="truncate">{column.server}</span>
                    </span>
                    <span className={`mt-0.5 line-clamp-2 h-8 text-xs leading-4 ${standingTone(column.standing)}`}>
                      <StandingWords column={column} />
                    </span>
                  </>
                )}
              </button>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {joined.map(({ id, plan, cells }, at) => (
          <Fragment key={id}>
            {joined[at - 1]?.plan.stage !== plan.stage && (
              <tr>
                <th scope="rowgroup" className={`${head} pb-0.5 pt-2 text-xs font-medium text-ink-soft`}>
                  {stageTitles[plan.stage]}
                </th>
                <td colSpan={columns.length} />
              </tr>
            )}
            <tr>
              <th
                scope="row"
                title={stepTitle(plan.name, plan.stage)}
                className={`${head} truncate ${plan.event ? 'font-mono text-[13px]' : ''}`}
              >
                {stepTitle(plan.name, plan.stage)}
              </th>
              {columns.map(({ targetId, server, standing }) => {
                const cell = cells.get(targetId)
                if (!cell)
                  return (
                    <td key={targetId} className={`p-0 text-center text-ink-soft ${width}`}>
                      <span aria-hidden>·</span>
                    </td>
                  )
                // What runs out of sight may have ended long ago.
                const isUnseen = cell.status === 'running' && ['looking', 'lost'].includes(standing.status)
                return (
                  <td key={targetId} className={`p-0 ${width}`}>
                    <MatrixCell
                      id={cell.key}
                      name={`${stepTitle(plan.name, plan.stage)} on ${server}`}
                      status={isUnseen ? standing.status : cell.status}
                      startedAt={cell.startedAt}
                      endedAt={cell.endedAt}
                      exit={cell.exit}
                      timeoutMs={plan.timeoutMs}
                      isChosen={chosen === cell.key}
                      isEntry={entry === cell.key}
                      isCompact={isCompact}
                      onChoose={onChoose}
                    />
                  </td>
                )
              })}
            </tr>
          </Fragment>
        ))}
      </tbody>
    </table>
  )
}

const arrows: Record<string, readonly [down: number, right: number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
}

/** The next cell in that direction that there is. */
function moveByArrow(event: KeyboardEvent, table: RefObject<HTMLTableElement | null>): void {
  const by = arrows[event.key]
  const cell = document.activeElement?.closest('td')
  const from = cell?.parentElement
  if (!by || !cell || !(from instanceof HTMLTableRowElement) || !table.current) return
  event.preventDefault()
  const { rows } = table.current
  let [row, column] = [from.rowIndex + by[0], cell.cellIndex + by[1]]
  while (rows[row] && column > 0 && column < from.cells.length) {
    const next = rows[row]!.cells[column]?.querySelector<HTMLElement>('[data-cell]')
    if (next) return next.focus()
    row += by[0]
    column += by[1]
  }
}
