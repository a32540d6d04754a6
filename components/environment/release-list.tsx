'use client'
import { useRouter } from 'next/navigation'
import { activateRelease } from '@/app/actions/deployments.ts'
import Link from 'next/link'
import type { DeploymentView, ReleaseView } from '@/lib/api/shapes.ts'
import { shortSha } from '@/lib/format/revision.ts'
import { CopyButton } from '../copy-button.tsx'
import { Empty } from '../empty.tsx'
import { ActButton } from '../form/act-button.tsx'
import { StatusBadge } from '../status-badge.tsx'
import { cardStyle } from '../style.ts'
import { Duration, RelativeTime } from '../time.tsx'

/** What can be put live, newest first; the active one is unmistakable. */
export function ReleaseList({ releases, canActivate }: { releases: ReleaseView[]; canActivate: boolean }) {
  const router = useRouter()
  if (releases.length === 0) return <Empty title="No releases yet">Each deployment that gets as far as the server makes one. Press Deploy for the first.</Empty>
  return (
    <ul className={`${cardStyle} divide-y overflow-hidden`}>
      {releases.map((release) => (
        <li
          key={release.id}
          className={`grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 border-l-4 py-3 pl-3 pr-4 ${release.isLive ? 'border-l-good bg-good-soft' : 'border-l-transparent'}`}
        >
          <div className="min-w-0">
            <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
              <span className="figures font-semibold">{release.number}</span>
              <StatusBadge status={release.isLive ? 'active' : release.state} />
              <span className="flex items-center">
                <code className="font-mono text-xs" title={release.name}>{shortSha(release.revision)}</code>
                <CopyButton small text={release.revision} label={`Copy the commit of release ${release.number}`} />
              </span>
              <span className="text-ink-soft">{release.ref}</span>
            </p>
            <p className="truncate" title={release.subject}>
              {release.subject}
            </p>
            <p className="text-xs text-ink-soft">
              {release.author} · made <RelativeTime at={release.createdAt} />
              {release.liveAt && (
                <>
                  {' · '}live since <RelativeTime at={release.liveAt} />
                </>
              )}
              {release.variablesNumber !== null && ` · variables ${release.variablesNumber}`}
            </p>
          </div>
          {!release.isLive && release.state === 'complete' && canActivate && (
            <ActButton
              label={`Activate release ${release.number}`}
              busyText="Activating…"
              act={() => activateRelease({ environmentId: release.environmentId, number: release.number })}
              done={(deployment) => router.push(`/deployments/${deployment.id}`)}
            >
              Activate
            </ActButton>
          )}
        </li>
      ))}
    </ul>
  )
}

/** Every run, with how it ended. */
export function DeploymentList({ deployments }: { deployments: DeploymentView[] }) {
  if (deployments.length === 0) return null
  return (
    <section className="mt-6">
      <h2 className="mb-2 font-semibold">Deployments</h2>
      <ul className={`${cardStyle} divide-y`}>
        {deployments.map((deployment) => (
          <li key={deployment.id}>
            <Link href={`/deployments/${deployment.id}`} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 hover:bg-sunken">
              <span className="figures w-8 font-medium">{deployment.number}</span>
              <span className="w-28"><StatusBadge status={deployment.status} /></span>
              <span className="min-w-0 flex-1 basis-40 truncate">
                {deployment.source.type === 'git' ? deployment.source.ref : `release ${deployment.source.number}`}
                {deployment.revision && <code className="ml-2 font-mono text-xs text-ink-soft">{shortSha(deployment.revision)}</code>}
                {deployment.failure && <span className="ml-2 text-bad">{deployment.failure.step ?? deployment.failure.code}</span>}
              </span>
              <span className="text-xs text-ink-soft">
                {deployment.requestedByName}, <RelativeTime at={deployment.createdAt} />
              </span>
              <span className="w-16 text-right text-xs text-ink-soft">
                {deployment.startedAt && <Duration from={Date.parse(deployment.startedAt)} to={deployment.finishedAt ? Date.parse(deployment.finishedAt) : null} />}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}
