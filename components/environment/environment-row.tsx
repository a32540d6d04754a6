import Link from 'next/link'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { shortSha } from '@/lib/format/revision.ts'
import { StatusBadge } from '../status-badge.tsx'
import { RelativeTime } from '../time.tsx'
import { RollBackButton } from './roll-back-button.tsx'

/** An environment in the overview: what is live, what happened last, and the way back. */
export function EnvironmentRow({ environment }: { environment: EnvironmentView }) {
  const { live, last, running } = environment
  const shown = running ?? last
  return (
    <li className="grid items-center gap-x-6 gap-y-2 p-4 md:grid-cols-[minmax(0,13rem)_minmax(0,1fr)_minmax(0,15rem)_auto]">
      <div className="min-w-0">
        <Link href={`/environments/${environment.id}`} className="font-medium hover:underline">
          {environment.project} <span className="text-ink-soft">/</span> {environment.name}
        </Link>
        <p className="truncate text-xs text-ink-soft">{environment.targets.map(({ server }) => server).join(', ')}</p>
      </div>
      <div className="min-w-0">
        {live ? (
          <>
            <p className="flex items-center gap-2">
              <StatusBadge status="active" word={`Release ${live.number}`} />
              <code className="font-mono text-xs text-ink-soft" title={live.revision}>{shortSha(live.revision)}</code>
            </p>
            <p className="mt-0.5 truncate" title={live.subject}>
              {live.subject} <span className="text-ink-soft">by {live.author}</span>
            </p>
          </>
        ) : (
          <p className="text-ink-soft">Nothing is live yet</p>
        )}
      </div>
      <div className="min-w-0">
        {shown ? (
          <Link href={`/deployments/${shown.id}`} className="flex flex-wrap items-center gap-x-2 gap-y-0.5 hover:underline">
            <StatusBadge status={shown.status} />
            <span className="text-ink-soft">
              {shown.kind === 'activate' ? 'activation' : 'deployment'} {shown.number}, <RelativeTime at={shown.createdAt} />
            </span>
          </Link>
        ) : (
          <span className="text-ink-soft">Never deployed</span>
        )}
      </div>
      <div className="md:justify-self-end">
        <RollBackButton environment={environment} />
      </div>
    </li>
  )
}
