'use client'
// One stream a tab: what happens, pushed by the panel. The browser reconnects by itself and names the last id it has; when
// the panel refuses (it restarts, a proxy answers for it) this tries again, ever more slowly.
import { useEffect, useEffectEvent, useState } from 'react'

export type StreamState = 'connecting' | 'live' | 'reconnecting' | 'signed-out'

/** `address` null = no stream. `onMessage` gets each message's name and parsed data. */
export function useStream(
  address: string | null,
  onMessage: (name: string, data: unknown) => void,
  startAt?: () => string,
): StreamState {
  const [state, setState] = useState<StreamState>('connecting')
  const tell = useEffectEvent(onMessage)
  const start = useEffectEvent(() => startAt?.())

  useEffect(() => {
    if (address === null) return
    let source: EventSource
    let timer: ReturnType<typeof setTimeout> | undefined
    let waitMs = 1000

    function open() {
      const after = start()
      source = new EventSource(after ? `${address}&after=${after}` : address!)
      source.onopen = () => {
        waitMs = 1000
        setState('live')
      }
      source.onerror = () => {
        setState('reconnecting')
        if (source.readyState !== EventSource.CLOSED) return
        timer = setTimeout(open, waitMs)
        waitMs = Math.min(waitMs * 2, 15_000)
      }
      for (const name of ['event', 'chunk', 'change', 'caught-up']) {
        source.addEventListener(name, (message: MessageEvent<string>) => tell(name, JSON.parse(message.data)))
      }
      source.addEventListener('signed-out', () => {
        source.close()
        setState('signed-out')
      })
    }
    open()
    return () => {
      clearTimeout(timer)
      source.close()
    }
  }, [address])

  return state
}
