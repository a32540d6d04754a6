'use client'
import { memo } from 'react'
import { formatExact } from '@/lib/format/time.ts'
import type { LogLine } from './lines.ts'
import { pieces } from './pieces.ts'

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
  const { parts, cut } = pieces(line, found)
  return (
    <div className={`flex min-h-5 ${isLinked ? 'bg-accent-soft' : isCurrent ? 'bg-warn-soft' : 'hover:bg-panel'}`} data-line={number}>
      <a
        href={`#L${number}`}
        tabIndex={-1}
        title={formatExact(Date.parse(line.at))}
        aria-label={`Line ${number}`}
        className="figures sticky left-0 w-14 shrink-0 select-none bg-sunken pr-3 text-right text-ink-soft hover:text-ink sm:w-16"
      >
        <span aria-hidden className="before:content-[attr(data-number)]" data-number={number} />
      </a>
      <span className={wraps ? 'min-w-0 flex-1 whitespace-pre-wrap break-all pr-3' : 'whitespace-pre pr-3'}>
        {parts.map((piece, index) => {
          const style = piece.colour || piece.background ? { color: piece.colour, background: piece.background } : undefined
          const content = piece.isFound ? (
            <mark className={`rounded-sm ${isCurrent ? 'bg-warn text-page' : 'bg-warn/35 text-inherit'}`}>{piece.text}</mark>
          ) : (
            piece.text
          )
          return piece.link ? (
            <a key={index} href={piece.link} target="_blank" rel="noopener noreferrer nofollow" className={`${piece.className} underline`}>
              {content}
            </a>
          ) : (
            <span key={index} className={piece.className || undefined} style={style}>
              {content}
            </span>
          )
        })}
        {cut > 0 && <em className="text-ink-soft"> … {cut.toLocaleString('en')} more characters in the raw log</em>}
      </span>
    </div>
  )
})
