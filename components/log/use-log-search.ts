'use client'
import { useEffect, useMemo, useState } from 'react'
import type { Rows } from './lines.ts'
import { findPattern, findWords, markOf, nothingFound, type Found, type Search } from './search.ts'

/** What is found in `rows` and which hit one stands on; looks again when lines arrive, keeping the place. */
export function useLogSearch(rows: Rows) {
  const [search, setSearch] = useState<Search>({ text: '', isPattern: false })
  const [found, setFound] = useState<Found>(nothingFound)
  const [current, setCurrent] = useState<number | null>(null)

  useEffect(() => {
    const abort = new AbortController()
    // Typing and arriving lines come in bursts; a search in the middle of one would be thrown away.
    const timer = setTimeout(() => {
      if (search.text === '') setFound(nothingFound)
      else if (search.isPattern)
        void findPattern(rows, search.text, abort.signal).then((result) => abort.signal.aborted || setFound(result))
      else setFound(findWords(rows, search.text))
    }, 150)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [rows, search])

  // Only an expression that was through all lines in time is run again on the drawn ones.
  const isSafe = !search.isPattern || (found.problem === null && found.numbers.length > 0)
  const mark = useMemo(() => (isSafe ? markOf(search) : null), [isSafe, search])
  const hits = useMemo(() => new Set(found.numbers), [found])

  /** The line of the next (1) or previous (-1) hit after `from`, round the end. */
  function step(direction: 1 | -1, from: number): number | null {
    const { numbers } = found
    if (numbers.length === 0) return null
    const start = current ?? from - direction
    const next =
      direction === 1
        ? (numbers.find((number) => number > start) ?? numbers[0]!)
        : (numbers.findLast((number) => number < start) ?? numbers.at(-1)!)
    setCurrent(next)
    return next
  }

  return {
    search,
    look: (next: Search) => {
      setSearch(next)
      setCurrent(null)
    },
    found,
    hits,
    mark,
    current,
    place: current === null ? 0 : found.numbers.indexOf(current) + 1,
    step,
  }
}
