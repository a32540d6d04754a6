'use client'
import { Empty } from '@/components/empty.tsx'
import { buttonStyle } from '@/components/style.ts'

/** The panel's own fault or an absent database: never the trace, always the number that is in its log, and a way on. */
export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <main className="mx-auto max-w-2xl px-4 py-16">
      <Empty
        isPage
        title="This page couldn’t be made"
        action={
          <button type="button" onClick={reset} className={buttonStyle.primary}>
            Try again
          </button>
        }
      >
        The panel failed while it read what belongs here; running deployments go on without it. If it stays so, see
        whether the database answers (
        <a className="underline" href="/api/health">
          health
        </a>
        ){error.digest ? ` and look for ${error.digest} in the panel’s log` : ''}.
      </Empty>
    </main>
  )
}
