'use client'
import { usePathname } from 'next/navigation'
import { useEffect, useState } from 'react'
import type { SearchView } from '@/lib/api/shapes-overview.ts'
import { nothingFound } from './commands.ts'

/** Letters come in bursts. */
const pauseMs = 60

type Found = { found: SearchView; isLooking: boolean; problem: string | null }

/** What the panel finds for `words`; the last answer stays until the next one is there. */
export function useFound(words: string): Found {
  const path = usePathname()
  const [state, setState] = useState<{ words: string | null; found: SearchView; problem: string | null }>({
    words: null,
    found: nothingFound,
    problem: null,
  })
  useEffect(() => {
    const abort = new AbortController()
    const timer = setTimeout(() => {
      look(words, path, abort.signal).then(
        (found) => setState({ words, found, problem: null }),
        () => {
          if (!abort.signal.aborted)
            setState(({ found }) => ({ words, found, problem: 'The panel doesn’t answer. Type on to try again.' }))
        },
      )
    }, pauseMs)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [words, path])
  return { found: state.found, isLooking: state.words !== words, problem: state.problem }
}

async function look(text: string, path: string, signal: AbortSignal): Promise<SearchView> {
  const [, place, id] = /^\/(environment|deployment)s\/([0-9a-f-]{36})(?:\/|$)/.exec(path) ?? []
  const query = new URLSearchParams({ text: text.slice(0, 200), ...(place && id ? { [place]: id } : {}) })
  const response = await fetch(`/search?${query}`, { signal })
  if (!response.ok) throw new Error(`the panel answered ${response.status}`)
  return (await response.json()) as SearchView
}
