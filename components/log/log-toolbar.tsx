'use client'
import { ChevronDown, ChevronUp, Download, Regex, WrapText } from 'lucide-react'
import type { KeyboardEvent, ReactNode } from 'react'
import { fieldStyle, iconButtonStyle } from '../style.ts'
import type { useLogSearch } from './use-log-search.ts'

type LogToolbarProps = {
  finder: ReturnType<typeof useLogSearch>
  onStep: (direction: 1 | -1) => void
  wraps: boolean
  onWrap: () => void
  rawHref: string | null
  children: ReactNode
}

export function LogToolbar({ finder, onStep, wraps, onWrap, rawHref, children }: LogToolbarProps) {
  const { search, found } = finder
  function onKey(event: KeyboardEvent) {
    if (event.key === 'Enter') {
      event.preventDefault()
      onStep(event.shiftKey ? -1 : 1)
    }
    if (event.key === 'Escape') finder.look({ ...search, text: '' })
  }
  const count =
    search.text === ''
      ? ''
      : (found.problem ??
        `${finder.place ? `${finder.place} of ` : ''}${found.numbers.length} ${found.numbers.length === 1 ? 'line' : 'lines'}`)
  return (
    <div className="flex flex-wrap items-center gap-1 border-b bg-panel p-1.5">
      {children}
      <div role="search" className="flex min-w-40 flex-1 items-center gap-1 max-sm:order-last max-sm:basis-full">
        <input
          type="search"
          value={search.text}
          onChange={(event) => finder.look({ ...search, text: event.target.value })}
          onKeyDown={onKey}
          placeholder="Search the log"
          aria-label="Search the log"
          aria-keyshortcuts="/"
          aria-invalid={found.problem !== null}
          className={`${fieldStyle} min-w-0 flex-1`}
        />
        <span role="status" className={`figures shrink-0 text-xs ${found.problem ? 'text-bad' : 'text-ink-soft'}`}>
          {count}
        </span>
        <button
          type="button"
          className={iconButtonStyle}
          aria-pressed={search.isPattern}
          onClick={() => finder.look({ ...search, isPattern: !search.isPattern })}
          aria-label="Regular expression"
          title="Regular expression"
        >
          <Regex aria-hidden size={16} />
        </button>
        <button
          type="button"
          className={iconButtonStyle}
          onClick={() => onStep(-1)}
          aria-label="Previous hit"
          title="Previous hit (Shift Enter)"
        >
          <ChevronUp aria-hidden size={16} />
        </button>
        <button
          type="button"
          className={iconButtonStyle}
          onClick={() => onStep(1)}
          aria-label="Next hit"
          title="Next hit (Enter)"
        >
          <ChevronDown aria-hidden size={16} />
        </button>
      </div>
      <button
        type="button"
        className={iconButtonStyle}
        aria-pressed={wraps}
        onClick={onWrap}
        aria-label="Wrap long lines"
        title="Wrap long lines"
      >
        <WrapText aria-hidden size={16} />
      </button>
      {rawHref !== null && (
        <a
          href={rawHref}
          download
          className={iconButtonStyle}
          aria-label="Download the raw log"
          title="Download the raw log"
        >
          <Download aria-hidden size={16} />
        </a>
      )}
    </div>
  )
}
