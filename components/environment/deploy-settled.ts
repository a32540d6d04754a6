'use client'
import { useEffect, useState } from 'react'

/** `value` once it has stood still for `ms`: what is asked of a Git host isn't asked at every key. */
export function useSettled(value: string, ms = 400): string {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}
