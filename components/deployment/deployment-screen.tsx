'use client'
// One page that answers what is happening, where, since when, and why did it fail.
import { ChevronDown } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useMemo, useState } from 'react'
import { giveUpDeployment } from '@/app/actions/deployments.ts'
import type { DeploymentDetail, DeploymentState } from '@/lib/api/shapes.ts'
import { isFinished } from '@/lib/deploy/status.ts'
import { ActButton } from '../form/act-button.tsx'
import { stepKey } from '../log/lines.ts'
import type { Servers } from '../log/log-filter.tsx'
import { LogViewer } from '../log/log-viewer.tsx'
import { StatusBadge } from '../status-badge.tsx'
import { cardStyle } from '../style.ts'
import { RelativeTime } from '../time.tsx'
import { DeploymentHeader } from './deployment-header.tsx'
import { FailureCard } from './failure-card.tsx'
import { FleetSection } from './fleet-section.tsx'
import { Progress } from './progress.tsx'
import { failingRow, stepRows } from './rows.ts'
import { StepList } from './step-list.tsx'
import { stepTitle } from './step-title.ts'
import { useDeployment } from './use-deployment.ts'

/** `usualMs`: how long a run of this environment takes, by its last ones; null while nobody knows. */
export function DeploymentScreen({ detail, usualMs }: { detail: DeploymentDetail; usualMs: number | null }) {
  const router = useRouter()
  const { state, log, isLoading, stream, readProblem } = useDeployment(detail)
  const [chosen, setChosen] = useState<string | null>(null)
  const [showsSteps, setShowsSteps] = useState(false)
  const { fleet } = detail
  // Opens at the server that failed: of the others nobody wants to read first.
  const [server, setServer] = useState(
    () => fleet?.targets.find((target) => target.server === detail.state.failure?.server)?.server ?? null,
  )
  const rows = useMemo(() => stepRows(detail.steps, state), [detail.steps, state])
  const failing = failingRow(rows, state.failure)
  const isOver = isFinished(state.status)
  const names = useMemo(
    () => new Map(detail.steps.map((step) => [stepKey(step.segment, step.n), stepTitle(step.name, step.stage)])),
    [detail.steps],
  )
  const servers = useMemo<Servers | undefined>(() => {
    if (!fleet) return undefined
    const bySegment = new Map(detail.steps.map((step) => [step.segment, step.server]))
    const all = fleet.targets.map((target) => target.server)
    return { names: bySegment, all, only: server, onOnly: (name) => (setChosen(null), setServer(name)) }
  }, [fleet, detail.steps, server])
  const looking = fleet ? undefined : state.segments.find((segment) => segment.looking)
  const findings = [...detail.findings, ...state.findings]
  const isCancelling = !isOver && (state.cancel !== null || detail.cancelRequestedAt !== null)

  return (
    <>
      <DeploymentHeader detail={detail} state={state} stream={stream} isCancelling={isCancelling} />
      {state.status === 'queued' && (
        <p className="mb-4 text-ink-soft">
          Waiting for a worker, or for the deployment of this environment that runs before it.
        </p>
      )}
      {looking?.looking && (
        <div
          role="status"
          className="mb-4 flex flex-wrap items-center justify-between gap-3 rounded-one border border-warn/30 bg-warn-soft p-3 text-warn"
        >
          <p className="min-w-0">
            The line to {looking.server} is cut ({looking.looking.reason}). The server goes on by itself; last seen{' '}
            <RelativeTime at={looking.looking.lastSeenAt} />. Fairlead keeps looking for it.
          </p>
          {isCancelling && detail.can.deploy && !state.givenUp && (
            <ActButton
              kind="danger"
              busyText="Giving up…"
              act={() => giveUpDeployment({ id: detail.id })}
              done={() => router.refresh()}
            >
              Stop waiting for {looking.server}
            </ActButton>
          )}
        </div>
      )}
      {!isOver && !fleet && <Progress rows={rows} startedAt={state.startedAt} usualMs={usualMs} />}
      {state.failure && !isLoading && (
        <FailureCard
          detail={detail}
          failure={state.failure}
          row={failing}
          log={log}
          answer={lastAnswer(state, fleet?.targets.find((target) => target.server === state.failure?.server)?.targetId)}
        />
      )}
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
      {readProblem && (
        <p role="alert" className="mb-4 text-bad">
          The log couldn’t be read: {readProblem}. Reload to try again.
        </p>
      )}
      <div className={layoutOf(fleet?.targets.length ?? 1)}>
        {fleet ? (
          <FleetSection
            detail={detail}
            fleet={fleet}
            state={state}
            rows={rows}
            chosen={chosen}
            server={server}
            onChoose={setChosen}
            onServer={setServer}
            openAt={failing?.key ?? null}
          />
        ) : (
          <section aria-label="Steps" className={`${cardStyle} self-start overflow-hidden`}>
            {/* On a phone the log comes first; the steps are one tap away. */}
            <button
              type="button"
              aria-expanded={showsSteps}
              onClick={() => setShowsSteps(!showsSteps)}
              className="flex w-full items-center justify-between px-4 py-2.5 font-medium lg:hidden"
            >
              {rows.length} steps <ChevronDown aria-hidden size={16} className={showsSteps ? 'rotate-180' : ''} />
            </button>
            <div className={`pb-2 ${showsSteps ? '' : 'hidden lg:block'}`}>
              <StepList rows={rows} chosen={chosen} onChoose={setChosen} />
            </div>
          </section>
        )}
        <div
          className={`h-[70dvh] min-h-96 ${isOver ? 'lg:h-[max(28rem,calc(100dvh-13.5rem))]' : 'lg:h-[max(28rem,calc(100dvh-16.5rem))]'}`}
        >
          <LogViewer
            log={log}
            names={names}
            servers={servers}
            isLive={!isOver}
            only={chosen}
            onOnly={setChosen}
            openAt={failing?.key ?? null}
            rawHref={`/deployments/${detail.id}/raw${server === null ? '' : `?server=${encodeURIComponent(server)}`}`}
            isLoading={isLoading}
          />
        </div>
      </div>
    </>
  )
}

/** What a server that isn't ready said last; without `targetId`, the only one there is. */
function lastAnswer({ failure, checks }: DeploymentState, targetId: string | undefined): string {
  if (failure?.code !== 'not_ready') return ''
  return (
    checks.find((one) => one.ended?.ok === false && one.targetId === (targetId ?? one.targetId))?.ended?.answer ?? ''
  )
}

/** Side by side as long as the matrix leaves room for the log. */
function layoutOf(servers: number): string {
  const columns = servers === 1 ? 'lg:grid-cols-[20rem_minmax(0,1fr)]' : servers < 4 ? 'xl:grid-cols-2' : ''
  return `grid grid-cols-[minmax(0,1fr)] gap-4 ${columns}`
}
