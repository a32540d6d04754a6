'use client'
import { useRouter } from 'next/navigation'
import { cancelDeployment } from '@/app/actions/deployments.ts'
import type { DeploymentDetail, DeploymentState } from '@/lib/api/shapes.ts'
import { isFinished } from '@/lib/deploy/status.ts'
import { shortSha } from '@/lib/format/revision.ts'
import { sourceWords } from '@/lib/format/source.ts'
import { CopyButton } from '../copy-button.tsx'
import { ActButton } from '../form/act-button.tsx'
import { PageHeader } from '../page-header.tsx'
import { StatusBadge } from '../status-badge.tsx'
import { StreamState } from '../stream-state.tsx'
import type { StreamState as Stream } from '../stream.ts'
import { Duration, RelativeTime } from '../time.tsx'
import { cancelChoices } from './cancel-choices.ts'
import { kindWord } from './kind-word.ts'

type DeploymentHeaderProps = { detail: DeploymentDetail; state: DeploymentState; stream: Stream; isCancelling: boolean }

/** What this run is, whose, since when, how it stands; and the way to end it while there is one. */
export function DeploymentHeader({ detail, state, stream, isCancelling }: DeploymentHeaderProps) {
  const router = useRouter()
  const isOver = isFinished(state.status)
  const { environment, source } = detail
  const revision = state.commit?.revision ?? detail.revision
  return (
    <PageHeader
      trail={[{ href: `/environments/${detail.environmentId}`, name: `${environment.project} / ${environment.name}` }]}
      title={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          {kindWord(detail.kind)} {detail.number} <StatusBadge status={state.status} />
        </span>
      }
      below={
        <div className="mt-1.5 grid gap-1">
          <p className="min-w-0 break-words">{state.commit?.subject ?? detail.release?.subject ?? ''}</p>
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-ink-soft">
            <span>{sourceWords(source)}</span>
            {revision && (
              <span className="inline-flex items-center">
                <code className="font-mono" title={revision}>
                  {shortSha(revision)}
                </code>
                <CopyButton small text={revision} label="Copy the commit" />
              </span>
            )}
            <span>
              {detail.requestedByName}, <RelativeTime at={detail.createdAt} />
            </span>
            {state.startedAt && (
              <span>
                {isOver ? 'took' : 'for'}{' '}
                <Duration
                  from={Date.parse(state.startedAt)}
                  to={state.finishedAt ? Date.parse(state.finishedAt) : null}
                />
              </span>
            )}
            {!isOver && <StreamState state={stream} />}
          </div>
        </div>
      }
    >
      {!isOver &&
        detail.canCancel &&
        !isCancelling &&
        cancelChoices(detail, state).map(({ keep, words }, index) => (
          <ActButton
            key={words}
            kind={index === 0 ? 'danger' : 'plain'}
            busyText="Cancelling…"
            act={() => cancelDeployment({ id: detail.id, keep })}
            done={() => router.refresh()}
          >
            {words}
          </ActButton>
        ))}
      {isCancelling && (
        <span role="status" className="text-warn">
          Cancelling: the running step is being ended…
        </span>
      )}
    </PageHeader>
  )
}
