'use client'
// Whether single keys do something. Whoever speaks to the computer, or rests a hand on the keys, switches them off.
import { useSyncExternalStore } from 'react'

const key = 'fairlead-single-keys'
const listeners = new Set<() => void>()

export function singleKeysAreOn(): boolean {
  try {
    return localStorage.getItem(key) !== 'off'
  } catch {
    // A browser that keeps nothing.
    return true
  }
}

export function setSingleKeys(areOn: boolean): void {
  try {
    if (areOn) localStorage.removeItem(key)
    else localStorage.setItem(key, 'off')
  } finally {
    for (const listener of listeners) listener()
  }
}

export function useSingleKeys(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    singleKeysAreOn,
    () => true,
  )
}
