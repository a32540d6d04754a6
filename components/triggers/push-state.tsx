import Link from 'next/link'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { formatExact } from '@/lib/format/time.ts'
import { StatusBadge } from '../status-badge.tsx'

/** That nothing is deployed at present, or that pushes wait, with the way to where that is ended; nothing where all is as usual. */
export function PushState({
  environment: { id, projectId, hold, freeze, following },
}: {
  environment: Pick<EnvironmentView, 'id' | 'projectId' | 'hold' | 'freeze' | 'following'>
}) {
  const { held, waits } = following
  const words = [held && `${held}.`, waits && `Not deployed yet: ${waits.what}.`].filter(Boolean).join(' ')
  return (
    <p className="mt-1 flex flex-wrap gap-1.5 empty:hidden">
      {hold && (
        <Link href={`/environments/${id}`} title={`${hold.by} holds it: ${hold.reason}`}>
          <StatusBadge status="held" />
        </Link>
      )}
      {freeze && (
        <Link
          href={`/projects/${projectId}?tab=freezes`}
          title={`${freeze.reason}, until ${formatExact(Date.parse(freeze.until))}`}
        >
          <StatusBadge status="frozen" />
        </Link>
      )}
      {words && (
        <Link href={`/environments/${id}?tab=triggers`} title={words}>
          <StatusBadge status={held ? 'paused' : 'push_waits'} />
        </Link>
      )}
    </p>
  )
}
