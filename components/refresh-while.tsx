'use client'
import { useRouter } from 'next/navigation'
import { useEffect } from 'react'

const pauseMs = 3_000

/** Reads the page again every few seconds, for what nobody tells of; not while it is out of sight. */
export function RefreshWhile({ isOn }: { isOn: boolean }) {
  const router = useRouter()
  useEffect(() => {
    if (!isOn) return
    const timer = setInterval(() => {
      if (!document.hidden) router.refresh()
    }, pauseMs)
    return () => clearInterval(timer)
  }, [isOn, router])
  return null
}
