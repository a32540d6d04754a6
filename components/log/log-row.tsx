'use client'
import { memo } from 'react'
import { formatExact } from '@/lib/format/time.ts'
import { LineText } from './line-text.tsx'
import type { LogLine } from './lines.ts'

type LogRowProps = {
  line: LogLine
  number: number
  found: RegExp | null
  isCurrent: boolean
  isLinked: boolean
  wraps: boolean
  /** Whose line it is, where lines of several servers are shown; `colour` is one of eight. */
  server: string | null
  colour: number
}

/** A colour tells servers apart at a glance; their names do so for everybody. */
const colours = [
  'border-l-[light-dark(#2152c8,#8fb1ff)]',
  'border-l-[light-dark(#12703c,#66d496)]',
  'border-l-[light-dark(#8b2a9b,#e49af0)]',
  'border-l-[light-dark(#855000,#eebf6a)]',
  'border-l-[light-dark(#0b6e7f,#6fd3e6)]',
  'border-l-[light-dark(#a8326a,#ff9ac4)]',
  'border-l-[light-dark(#4b6b00,#b5d45f)]',
  'border-l-[light-dark(#5b4bc4,#b6a9ff)]',
]

/** One line of the log: its number, which is a link to it and is never copied, and its text. */
export const LogRow = memo(function LogRow(props: LogRowProps) {
  const { line, number, found, isCurrent, isLinked, wraps, server } = props
  return (
    <div
      className={`flex min-h-5 gap-3 ${isLinked ? 'bg-accent-soft' : isCurrent ? 'bg-warn-soft' : 'bg-log hover:bg-sunken'}`}
      data-line={number}
    >
      <a
        href={`#L${number}`}
        tabIndex={-1}
        title={line.at === '' ? undefined : formatExact(Date.parse(line.at))}
        aria-label={`Line ${number}`}
        className="figures sticky left-0 w-14 shrink-0 select-none border-r bg-inherit pr-3 text-right text-ink-soft hover:text-ink sm:w-16"
      >
        <span aria-hidden className="before:content-[attr(data-number)]" data-number={number} />
      </a>
      {server !== null && (
        <span
          className={`w-16 shrink-0 select-none truncate border-l-2 pl-2 text-ink-soft sm:w-24 ${colours[props.colour % colours.length]!}`}
          title={server}
        >
          {server}
        </span>
      )}
      <span className={wraps ? 'min-w-0 flex-1 whitespace-pre-wrap break-all pr-3' : 'whitespace-pre pr-3'}>
        <LineText line={line} found={found} isCurrent={isCurrent} />
      </span>
    </div>
  )
})
