'use client'
// One file on a server, followed: its end, then every second what was added. Nothing is asked while nobody looks.
import { useEffect, useState } from 'react'
import type { LogTextView } from '@/lib/api/shapes-overview.ts'
import { addChunks, noLines, type LogLines } from '../log/lines.ts'
import { ask } from './ask.ts'

const pauseMs = 1_000
const pauseAfterProblemMs = 5_000
/** A page that is left open for days must not grow without end. */
const mostLines = 200_000

export const fileSegment = 'file'

type LogFile = { log: LogLines; isLoading: boolean; problem: string | null; note: string | null }
const nothing: LogFile = { log: noLines, isLoading: true, problem: null, note: null }

/** `path` null = no file is looked at. */
export function useLogFile(environmentId: string, path: string | null): LogFile {
  const [state, setState] = useState<LogFile>(nothing)
  useEffect(() => {
    setState(nothing)
    if (path === null) return
    const abort = new AbortController()
    let cursor: string | null = null
    let offset = 0
    let timer: ReturnType<typeof setTimeout> | undefined

    function take(part: LogTextView): void {
      cursor = part.cursor
      const at = offset++
      setState(({ log, note }) => {
        const isFull = log.count > mostLines
        const chunk = {
          id: '',
          segment: fileSegment,
          step: 1,
          offset: at,
          firstLine: 0,
          lines: 0,
          text: part.text,
          at: '',
        }
        return {
          log: part.text === '' ? log : addChunks(isFull || part.isNew ? noLines : log, [chunk]),
          isLoading: false,
          problem: null,
          note: part.isNew ? 'The file began anew.' : isFull ? 'Earlier lines were put away.' : note,
        }
      })
    }

    async function read(): Promise<void> {
      if (document.hidden) return later(pauseMs)
      try {
        const query = new URLSearchParams({ path: path!, ...(cursor === null ? {} : { cursor }) })
        const part = await ask<LogTextView>(`/environments/${environmentId}/logs/text?${query}`, abort.signal)
        take(part)
        later(part.hasMore ? 0 : pauseMs)
      } catch (error) {
        if (abort.signal.aborted) return
        const problem = error instanceof Error ? error.message : 'The panel doesn’t answer.'
        setState((before) => ({ ...before, isLoading: false, problem }))
        later(pauseAfterProblemMs)
      }
    }
    function later(ms: number): void {
      if (!abort.signal.aborted) timer = setTimeout(() => void read(), ms)
    }
    void read()
    return () => {
      abort.abort()
      clearTimeout(timer)
    }
  }, [environmentId, path])
  return state
}
