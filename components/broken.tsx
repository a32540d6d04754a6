'use client'
import { useRouter } from 'next/navigation'
import { startTransition } from 'react'
import { Empty } from './empty.tsx'
import { buttonStyle } from './style.ts'

/** What Next gives an error page; `digest` is the number of the error in the panel's log. */
export type BrokenProps = { error: Error & { digest?: string }; reset: () => void }

/** The panel's own fault or an absent database: never the trace, always the number that is in its log, and a way on. */
export function Broken({ error, reset }: BrokenProps) {
  const router = useRouter()
  // The server drew nothing: what it would draw now has to be asked for, or the same fault stands there again.
  const again = () =>
    startTransition(() => {
      router.refresh()
      reset()
    })
  return (
    <Empty
      isPage
      title="This page couldn’t be made"
      action={
        <button type="button" onClick={again} className={buttonStyle.primary}>
          Try again
        </button>
      }
    >
      The panel failed while it read what belongs here. What is live stays live, and deployments that run go on without
      it. If it stays so, see whether the database answers (
      <a className="underline" href="/api/health">
        health
      </a>
      ){error.digest ? ` and look for ${error.digest} in the panel’s log` : ''}.
    </Empty>
  )
}
