'use client'
// One clock for a page: every relative time and running duration ticks together.
import { createContext, useContext, useSyncExternalStore, type ReactNode } from 'react'

const ServerNow = createContext(0)

const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined
let current = 0

function tick() {
  current = Date.now()
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  timer ??= setInterval(tick, 1000)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) {
      clearInterval(timer)
      timer = undefined
    }
  }
}

/** The time now in epoch ms, new once a second; while hydrating it is the server's, so that both render the same text. */
export function useNow(): number {
  const serverNow = useContext(ServerNow)
  return useSyncExternalStore(
    subscribe,
    () => (timer === undefined || current === 0 ? (current = Date.now()) : current),
    () => serverNow,
  )
}

export function Providers({ now, children }: { now: number; children: ReactNode }) {
  return <ServerNow.Provider value={now}>{children}</ServerNow.Provider>
}
