'use client'
import { memo } from 'react'
import { formatDuration } from '@/lib/format/time.ts'
import { statusWord, StatusMark } from '../status-badge.tsx'
import { Duration } from '../time.tsx'

type MatrixCellProps = {
  id: string
  /** Of the step and the server: what a screen reader says of the cell. */
  name: string
  status: string
  startedAt: number | null
  endedAt: number | null
  exit: number | null
  timeoutMs: number
  isChosen: boolean
  /** The one that the Tab key goes to; arrows go on from there. */
  isEntry: boolean
  isCompact: boolean
  onChoose: (id: string) => void
}

/** How one step went on one server; choosing it shows its part of the log. */
export const MatrixCell = memo(function MatrixCell(props: MatrixCellProps) {
  const { id, name, status, startedAt, endedAt, exit, isChosen, isCompact } = props
  const word = statusWord(status)
  const isRunning = status === 'running'
  const took = startedAt !== null && endedAt !== null ? ` in ${formatDuration(endedAt - startedAt)}` : ''
  const limit = isRunning ? `, is ended after ${formatDuration(props.timeoutMs)}` : ''
  const ending = exit !== null && exit !== 0 ? `, exit code ${exit}` : ''
  const label = `${name}: ${word}${took}${ending}${limit}`
  return (
    <button
      type="button"
      data-cell={id}
      tabIndex={props.isEntry ? 0 : -1}
      aria-pressed={isChosen}
      aria-label={label}
      title={label}
      onClick={() => props.onChoose(id)}
      className={`flex h-8 w-full items-center gap-1.5 outline-offset-[-2px] hover:bg-sunken aria-pressed:bg-accent-soft ${isCompact ? 'justify-center' : 'px-2'}`}
    >
      <StatusMark status={status} />
      {!isCompact && (
        <span
          className={`truncate text-xs ${status === 'ok' || status === 'waiting' || status === 'skipped' ? 'text-ink-soft' : ''}`}
        >
          {ending ? (
            `exit ${exit}`
          ) : startedAt !== null && (status === 'ok' || isRunning) ? (
            <Duration from={startedAt} to={isRunning ? null : endedAt} />
          ) : (
            word
          )}
        </span>
      )}
    </button>
  )
})
