'use client'
// A deployment as it is now: the state the server folded, then each event as it happens; the log read up to now in pages,
// then as it is written.
import { useRouter } from 'next/navigation'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import type { DeploymentDetail, DeploymentState, LogChunkView } from '@/lib/api/shapes.ts'
import type { DeploymentEvent } from '@/lib/deploy/events.ts'
import { reduce } from '@/lib/deploy/reducer.ts'
import { isFinished } from '@/lib/deploy/status.ts'
import { addChunks, noLines, type LogLines } from '../log/lines.ts'
import { useStream, type StreamState } from '../stream.ts'
import { firstChunks, logAddress } from './log-address.ts'

const page = 100
const betweenPortionsMs = 1_000
/** Lines that may be drawn anew in a millisecond: the longer a log is, the less often it is drawn while it grows. */
const linesInOneMs = 10_000
/** The same of steps: a matrix of fifty servers has a thousand, and their events come in bursts. */
const stepsInOneMs = 4

type LiveDeployment = {
  state: DeploymentState
  log: LogLines
  isLoading: boolean
  stream: StreamState
  readProblem: string | null
}

export function useDeployment(detail: DeploymentDetail): LiveDeployment {
  const router = useRouter()
  const [state, setState] = useState(detail.state)
  const [log, setLog] = useState<LogLines>(noLines)
  const [isLoading, setLoading] = useState(true)
  const [readProblem, setReadProblem] = useState<string | null>(null)
  const lastChunk = useRef('0')
  const lastSeq = useRef(detail.lastSeq)

  /** Draws what follows the last chunk, to the end of what there is. */
  async function readOn(signal: AbortSignal, first: number) {
    // The first portion is drawn at once; the rest of a long log in few, because drawing costs, too.
    let limit = first
    let chunks: LogChunkView[] = []
    let drawnAt = -Infinity
    for (;;) {
      const response = await fetch(logAddress(detail.id, lastChunk.current, limit), { signal })
      if (!response.ok) throw new Error(`the panel answered ${response.status}`)
      const { chunks: more } = (await response.json()) as { chunks: LogChunkView[] }
      chunks.push(...more)
      lastChunk.current = more.at(-1)?.id ?? lastChunk.current
      const isLast = more.length < limit
      if (isLast || performance.now() - drawnAt > betweenPortionsMs) {
        const portion = chunks
        chunks = []
        drawnAt = performance.now()
        setLog((before) => addChunks(before, portion))
      }
      if (isLast) return
      limit = page
    }
  }
  const readFrom = useEffectEvent((signal: AbortSignal, first: number) => {
    readOn(signal, first)
      .then(() => setReadProblem(null))
      .catch((error: unknown) => {
        if (!signal.aborted) setReadProblem(error instanceof Error ? error.message : 'the panel didn’t answer')
      })
      .finally(() => signal.aborted || setLoading(false))
  })

  useEffect(() => {
    const abort = new AbortController()
    lastChunk.current = '0'
    setLog(noLines)
    setLoading(true)
    readFrom(abort.signal, firstChunks)
    return () => abort.abort()
  }, [detail.id])

  // The first portion may have been asked for ahead, when less had been written; and once it is over no stream brings the rest.
  const isWhole = !isLoading && isFinished(state.status)
  useEffect(() => {
    if (!isWhole) return
    const abort = new AbortController()
    readFrom(abort.signal, page)
    return () => abort.abort()
  }, [isWhole])

  // Messages of one frame are drawn together: a server that prints 10,000 lines a second must not draw 10,000 times.
  const waiting = useRef<{ events: DeploymentEvent[]; chunks: LogChunkView[]; frame: number | null }>({
    events: [],
    chunks: [],
    frame: null,
  })
  useEffect(() => {
    const box = waiting.current
    return () => {
      if (box.frame !== null) clearTimeout(box.frame)
      box.frame = null
    }
  }, [])
  function drawSoon() {
    waiting.current.frame ??= window.setTimeout(
      () => {
        const { events, chunks } = waiting.current
        waiting.current = { events: [], chunks: [], frame: null }
        if (chunks.length) setLog((before) => addChunks(before, chunks))
        if (events.length) setState((before) => reduce(events, before))
        // The plan's steps, the release, what may be done now: those are the server's to say.
        if (
          events.some(
            ({ type }) => type === 'planned' || type === 'finished' || type === 'undo.began' || type === 'claimed',
          )
        )
          router.refresh()
      },
      Math.max(16, log.count / linesInOneMs, detail.steps.length / stepsInOneMs),
    )
  }

  const stream = useStream(
    isLoading ? 'later' : isFinished(state.status) ? null : { deployment: detail.id },
    (name, data) => {
      if (name === 'event') {
        const event = data as DeploymentEvent
        lastSeq.current = Math.max(lastSeq.current, event.seq)
        waiting.current.events.push(event)
      } else if (name === 'chunk') {
        const chunk = data as LogChunkView
        lastChunk.current = chunk.id
        waiting.current.chunks.push(chunk)
      } else return
      drawSoon()
    },
    () => `e${lastSeq.current}.c${lastChunk.current}`,
  )
  return { state, log, isLoading, stream, readProblem }
}
