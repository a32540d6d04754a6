'use client'
import type { LogLine } from './lines.ts'
import { pieces } from './pieces.ts'

/** The text of a line with its colours, links and found words. Text only: nothing in a log is ever markup. */
export function LineText({ line, found, isCurrent }: { line: LogLine; found: RegExp | null; isCurrent: boolean }) {
  const { parts, cut } = pieces(line, found)
  return (
    <>
      {parts.map((piece, index) => {
        const style =
          piece.colour || piece.background ? { color: piece.colour, background: piece.background } : undefined
        const content = piece.isFound ? (
          <mark className={`rounded-sm ${isCurrent ? 'bg-warn text-page' : 'bg-warn/35 text-inherit'}`}>
            {piece.text}
          </mark>
        ) : (
          piece.text
        )
        return piece.link ? (
          <a
            key={index}
            href={piece.link}
            target="_blank"
            rel="noopener noreferrer nofollow"
            className={`${piece.className} underline decoration-line-strong/50 underline-offset-2 hover:decoration-current`}
            style={style}
          >
            {content}
          </a>
        ) : (
          <span key={index} className={piece.className || undefined} style={style}>
            {content}
          </span>
        )
      })}
      {cut > 0 && <em className="text-ink-soft"> … {cut.toLocaleString('en')} more characters in the raw log</em>}
    </>
  )
}
