'use client'
// Which of the two dialogs that any page may open is open: the palette (with a text to begin with) or the list of shortcuts.
import { useSyncExternalStore } from 'react'

export type Shown = { what: 'palette'; text: string } | { what: 'shortcuts' } | null

const listeners = new Set<() => void>()
let current: Shown = null

export function show(next: Shown): void {
  current = next
  for (const listener of listeners) listener()
}

export function useShown(): Shown {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => current,
    () => null,
  )
}
