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
}

/** One line of the log: its number, which is a link to it and is never copied, and its text. */
export const LogRow = memo(function LogRow({ line, number, found, isCurrent, isLinked, wraps }: LogRowProps) {
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
      <span className={wraps ? 'min-w-0 flex-1 whitespace-pre-wrap break-all pr-3' : 'whitespace-pre pr-3'}>
        <LineText line={line} found={found} isCurrent={isCurrent} />
      </span>
    </div>
  )
})
