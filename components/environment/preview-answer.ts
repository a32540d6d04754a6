'use client'
import { useEffect, useState } from 'react'
import { attempt, type Outcome, type Refusal } from '../form/outcome.ts'

/** What the panel answers at `/environments/<id>/<question>`, asked anew when that changes or `again` is called; null = not yet. */
export function useAnswer<T>(
  environmentId: string,
  question: string,
  query: Record<string, string>,
): { outcome: Outcome<T> | null; again: () => void } {
  const [round, setRound] = useState(0)
  const path = `/environments/${environmentId}/${question}?${new URLSearchParams(query)}`
  const key = `${round} ${path}`
  const [answer, setAnswer] = useState<{ key: string; outcome: Outcome<T> } | null>(null)
  useEffect(() => {
    const gone = new AbortController()
    void attempt(() => ask<T>(path, gone.signal), undefined).then((outcome) => {
      if (!gone.signal.aborted) setAnswer({ key, outcome })
    })
    return () => gone.abort()
  }, [path, key])
  return { outcome: answer?.key === key ? answer.outcome : null, again: () => setRound((count) => count + 1) }
}

async function ask<T>(path: string, signal: AbortSignal): Promise<Outcome<T>> {
  const response = await fetch(path, { signal })
  const body = (await response.json()) as unknown
  return response.ok ? { ok: true, value: body as T } : { ok: false, error: (body as { error: Refusal }).error }
}
