'use client'
// One page that answers what is happening, where, since when, and why did it fail.
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { cancelDeployment, giveUpDeployment } from '@/app/actions/deployments.ts'
import type { DeploymentDetail } from '@/lib/api/shapes.ts'
import { isFinished } from '@/lib/deploy/status.ts'
import { shortSha } from '@/lib/format/revision.ts'
import { ActButton } from '../form/act-button.tsx'
import { stepKey } from '../log/lines.ts'
import { LogViewer } from '../log/log-viewer.tsx'
import { PageHeader } from '../page-header.tsx'
import { StatusBadge } from '../status-badge.tsx'
import { StreamState } from '../stream-state.tsx'
import { cardStyle } from '../style.ts'
import { Duration, RelativeTime } from '../time.tsx'
import { FailureCard } from './failure-card.tsx'
import { failingRow, stepRows } from './rows.ts'
import { StepList } from './step-list.tsx'
import { useDeployment } from './use-deployment.ts'

export function DeploymentScreen({ detail }: { detail: DeploymentDetail }) {
  const router = useRouter()
  const { state, log, isLoading, stream, readProblem } = useDeployment(detail)
  const [chosen, setChosen] = useState<string | null>(null)
  const rows = stepRows(detail.steps, state)
  const failing = failingRow(rows)
  const isOver = isFinished(state.status)
  const names = new Map(detail.steps.map((step) => [stepKey(step.segment, step.n), step.name]))
  const done = rows.filter(({ status }) => status !== 'waiting' && status !== 'running').length
  const looking = state.segments.find((segment) => segment.looking)
  const findings = [...detail.findings, ...state.findings]
  const isCancelling = !isOver && (state.cancel !== null || detail.cancelRequestedAt !== null)

  return (
    <>
      <PageHeader
        trail={[
          { href: '/', name: detail.environment.project },
          { href: `/environments/${detail.environmentId}`, name: detail.environment.name },
        ]}
        title={`${detail.kind === 'deploy' ? 'Deployment' : detail.kind === 'activate' ? 'Activation' : 'Configuration'} ${detail.number}`}
        below={
          <div className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1.5 text-ink-soft">
            <StatusBadge status={state.status} />
            <What detail={detail} commit={state.commit} />
            <span>
              by {detail.requestedByName} <RelativeTime at={detail.createdAt} />
            </span>
            {state.startedAt && (
              <span>
                {isOver ? 'took' : 'for'} <Duration from={Date.parse(state.startedAt)} to={state.finishedAt ? Date.parse(state.finishedAt) : null} />
              </span>
            )}
            {!isOver && rows.length > 0 && <span className="figures">step {Math.min(done + 1, rows.length)} of {rows.length}</span>}
            {!isOver && <StreamState state={stream} />}
          </div>
        }
      >
        {!isOver && detail.canCancel && !isCancelling && (
          <ActButton
            kind="danger"
            busyText="Cancelling…"
            act={() => cancelDeployment({ id: detail.id })}
            done={() => router.refresh()}
          >
            {state.committed ? 'Cancel and put the previous release back' : state.status === 'queued' ? 'Cancel before it starts' : 'Cancel; the live release stays'}
          </ActButton>
        )}
        {isCancelling && <span role="status" className="text-warn">Cancelling: the running step is being ended…</span>}
      </PageHeader>
      {state.status === 'queued' && <p className="mb-4 text-ink-soft">Waiting for a worker, or for the deployment of this environment that runs before it.</p>}
      {looking?.looking && (
        <div role="status" className="mb-4 flex flex-wrap items-center justify-between gap-3 rounded-one border border-warn/30 bg-warn-soft p-3 text-warn">
          <p className="min-w-0">
            The line to {looking.server} is cut ({looking.looking.reason}). The server goes on by itself; last seen{' '}
            <RelativeTime at={looking.looking.lastSeenAt} />. Fairlead keeps looking for it.
          </p>
          {isCancelling && detail.canCancel && !state.givenUp && (
            <ActButton kind="danger" busyText="Giving up…" act={() => giveUpDeployment({ id: detail.id })} done={() => router.refresh()}>
              Stop waiting for {looking.server}
            </ActButton>
          )}
        </div>
      )}
      {state.failure && !isLoading && <FailureCard detail={detail} failure={state.failure} row={failing} log={log} />}
      {findings.length > 0 && (
        <ul className="mb-4 grid gap-1.5">
          {findings.map((finding, index) => (
            <li key={index} className="flex items-start gap-2">
              <StatusBadge status={finding.level} />
              <span className="min-w-0 break-words">
                {finding.message} {finding.hint && <span className="text-ink-soft">{finding.hint}</span>}
              </span>
            </li>
          ))}
        </ul>
      )}
      {readProblem && <p role="alert" className="mb-4 text-bad">The log couldn’t be read: {readProblem}. Reload to try again.</p>}
      <div className="grid gap-4 lg:grid-cols-[20rem_minmax(0,1fr)]">
        <section aria-label="Steps" className={`${cardStyle} self-start overflow-hidden pb-2`}>
          <StepList rows={rows} chosen={chosen} onChoose={setChosen} />
        </section>
        <div className="h-[70dvh] min-h-96">
          <LogViewer
            log={log}
            names={names}
            isLive={!isOver}
            only={chosen}
            onOnly={setChosen}
            openAt={failing?.key ?? null}
            rawHref={`/deployments/${detail.id}/raw`}
            isLoading={isLoading}
          />
        </div>
      </div>
    </>
  )
}

function What({ detail, commit }: { detail: DeploymentDetail; commit: DeploymentDetail['state']['commit'] }) {
  if (detail.source.type === 'release') return <span>release {detail.source.number}{detail.release ? ` · ${detail.release.subject}` : ''}</span>
  return (
    <span className="min-w-0 break-words">
      {detail.source.ref}
      {commit && (
        <>
          {' · '}
          <code className="font-mono text-xs" title={commit.revision}>{shortSha(commit.revision)}</code> {commit.subject}
        </>
      )}
    </span>
  )
}
