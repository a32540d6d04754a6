'use client'
import { useRouter } from 'next/navigation'
import { endOtherSessions, endSession } from '@/app/actions/account.ts'
import type { SessionView } from '@/lib/api/shapes.ts'
import { ActButton } from '../form/act-button.tsx'
import { StatusBadge } from '../status-badge.tsx'
import { cardStyle } from '../style.ts'
import { RelativeTime } from '../time.tsx'

/** A browser's name out of its user agent, as well as one can tell; the whole text is in the title. */
function browserOf(userAgent: string): string {
  const browser = /(Edg|OPR|Firefox|Chrome|Safari)\//.exec(userAgent)?.[1] ?? 'A browser'
  const system = /(Windows|Mac OS X|Android|iPhone|iPad|Linux)/.exec(userAgent)?.[1]
  return `${{ Edg: 'Edge', OPR: 'Opera' }[browser] ?? browser}${system ? ` on ${system}` : ''}`
}

export function Sessions({ sessions }: { sessions: SessionView[] }) {
  const router = useRouter()
  return (
    <section aria-labelledby="sessions">
      <div className="mb-2 flex flex-wrap items-center justify-between gap-2">
        <h2 id="sessions" className="font-semibold">
          Where you are signed in
        </h2>
        {sessions.length > 1 && (
          <ActButton busyText="Ending…" act={() => endOtherSessions({})} done={() => router.refresh()}>
            End all others
          </ActButton>
        )}
      </div>
      <ul className={`${cardStyle} divide-y`}>
        {sessions.map((session) => (
          <li key={session.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5">
            <span className="min-w-0 flex-1 basis-48" title={session.userAgent}>
              {browserOf(session.userAgent)} <span className="font-mono text-xs text-ink-soft">{session.address}</span>
            </span>
            <span className="text-xs text-ink-soft">
              seen <RelativeTime at={session.seenAt} />
            </span>
            {session.isCurrent ? (
              <StatusBadge status="active" word="This one" />
            ) : (
              <ActButton
                label={`End the session from ${session.address}`}
                busyText="Ending…"
                act={() => endSession({ id: session.id })}
                done={() => router.refresh()}
              >
                End
              </ActButton>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
