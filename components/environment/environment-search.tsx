'use client'
// The field that finds environments: what is looked for stands in the address, and the server looks.
import { useRouter } from 'next/navigation'
import { useEffect, useRef, useState, useTransition } from 'react'
import { fieldStyle } from '../style.ts'

/** Letters come in bursts. */
const pauseMs = 150

/** `search`: what the page was asked for; `found`: how many there are. */
export function EnvironmentSearch({ search, found }: { search: string; found: number }) {
  const router = useRouter()
  const [wanted, setWanted] = useState(search)
  const [isLooking, startLooking] = useTransition()
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])

  function look(text: string) {
    setWanted(text)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      startLooking(() =>
        router.replace(text.trim() === '' ? '/' : `/?q=${encodeURIComponent(text)}`, { scroll: false }),
      )
    }, pauseMs)
  }

  const isFresh = !isLooking && wanted === search
  return (
    <div role="search" className="mb-5 flex flex-wrap items-center gap-x-3 gap-y-1">
      <input
        type="search"
        value={wanted}
        maxLength={200}
        onChange={(event) => look(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && look('')}
        placeholder="Find by name, domain, server or commit"
        aria-label="Find an environment"
        aria-keyshortcuts="/"
        className={`${fieldStyle} max-w-md`}
      />
      <p role="status" className="text-ink-soft">
        {search.trim() === '' || !isFresh
          ? ''
          : found === 0
            ? `No environment matches “${search}”.`
            : `${found.toLocaleString('en')} found`}
      </p>
    </div>
  )
}
