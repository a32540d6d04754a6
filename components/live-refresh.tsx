'use client'
import { useRouter } from 'next/navigation'
import { useEffect, useRef } from 'react'
import { StreamState } from './stream-state.tsx'
import { useStream } from './stream.ts'

/** Keeps a page that the server draws up to date: reads it again after a change, at most once every half second. */
export function LiveRefresh({ environment }: { environment?: string }) {
  const router = useRouter()
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  function refreshSoon() {
    timer.current ??= setTimeout(() => {
      timer.current = undefined
      router.refresh()
    }, 500)
  }
  const state = useStream(environment ? { environment } : {}, (name) => {
    if (name === 'change') refreshSoon()
  })
  // Whatever happened before the line stood, or while it was cut, was not told.
  useEffect(() => {
    if (state === 'live') router.refresh()
  }, [state, router])
  return <StreamState state={state} />
}
