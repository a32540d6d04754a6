'use client'
// Which of the two dialogs that any page may open is open: the palette (with a text to begin with) or the list of shortcuts.
import { useSyncExternalStore } from 'react'

export type Shown = { what: 'palette'; text: string } | { what: 'shortcuts' } | null

const listeners = new Set<() => void>()
let current: Shown = null
let focusedBefore: HTMLElement | null = null

export function show(next: Shown): void {
  if (current === null && document.activeElement instanceof HTMLElement) focusedBefore = document.activeElement
  current = next
  for (const listener of listeners) listener()
}

/** For a dialog that closes: nobody's button opened it, so it has to be told where the focus was. */
export function giveFocusBack(event: Event): void {
  event.preventDefault()
  if (current === null) focusedBefore?.focus()
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
