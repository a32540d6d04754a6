import Link from 'next/link'
import type { DeploymentView, RunView } from '@/lib/api/shapes.ts'
import { shortSha } from '@/lib/format/revision.ts'
import { stepTitle } from '../deployment/step-title.ts'
import { OutcomeStrip } from '../outcome-strip.tsx'
import { StatusBadge } from '../status-badge.tsx'
import { cardStyle } from '../style.ts'
import { Duration, RelativeTime } from '../time.tsx'

/** Every run, newest first, with how it ended and how long it took. */
export function DeploymentList({ deployments, runs }: { deployments: DeploymentView[]; runs: RunView[] }) {
  if (deployments.length === 0) return null
  return (
    <section aria-labelledby="history" className="mt-8">
      <div className="mb-2 flex items-end justify-between gap-4">
        <h2 id="history" className="font-semibold">
          What happened
        </h2>
        <div className="max-sm:hidden">
          <OutcomeStrip runs={runs} days={30} />
        </div>
      </div>
      <ul className={`${cardStyle} divide-y overflow-hidden`}>
        {deployments.map((deployment) => (
          <li key={deployment.id}>
            <Link
              href={`/deployments/${deployment.id}`}
              className="grid grid-cols-[2.75rem_minmax(0,1fr)_auto] items-center gap-x-3 gap-y-0.5 py-2 pl-3 pr-4 hover:bg-sunken sm:grid-cols-[2.75rem_7.5rem_minmax(0,1fr)_auto_4rem]"
            >
              <span className="figures text-right font-medium">{deployment.number}</span>
              <span>
                <StatusBadge status={deployment.status} />
              </span>
              <span className="truncate max-sm:order-last max-sm:col-span-2 max-sm:col-start-2">
                {what(deployment)}
                {deployment.revision && (
                  <code className="ml-2 font-mono text-xs text-ink-soft">{shortSha(deployment.revision)}</code>
                )}
                {deployment.failure && (
                  <span className="ml-2 text-bad">
                    {deployment.failure.step ? `at ${stepTitle(deployment.failure.step)}` : 'before its first step'}
                  </span>
                )}
              </span>
              <span className="text-right text-xs text-ink-soft">
                {deployment.requestedByName}, <RelativeTime at={deployment.createdAt} />
              </span>
              <span className="text-right text-xs text-ink-soft max-sm:hidden">
                {deployment.startedAt && (
                  <Duration
                    from={Date.parse(deployment.startedAt)}
                    to={deployment.finishedAt ? Date.parse(deployment.finishedAt) : null}
                  />
                )}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}

function what({ kind, source, servers, release }: DeploymentView): string {
  if (source.type === 'leave') return `${servers.join(', ')} is taken out`
  if (kind === 'activate' && source.type === 'release')
    return `Put release ${source.number} live${release ? `: ${release.subject}` : ''}`
  if (kind === 'remove' && source.type === 'release') return `Removed release ${source.number} from the server`
  if (kind === 'configure' && source.type === 'files') return 'Files for the live release'
  return release?.subject ?? (source.type === 'git' ? source.ref : `release ${source.number}`)
}
