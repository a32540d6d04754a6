'use client'
// Above the matrix: where a run on several servers stands in a sentence, who needs a look and why, and what a person can do about it.
import { useRouter } from 'next/navigation'
import { continueDeployment, giveUpDeployment } from '@/app/actions/deployments.ts'
import type { DeploymentDetail, DeploymentState, FleetView } from '@/lib/api/shapes.ts'
import { isGivenUp } from '@/lib/deploy/fleet-live.ts'
import { fleetSummary, skewWords } from '@/lib/deploy/fleet-words.ts'
import { ActButton } from '../form/act-button.tsx'
import { useNow } from '../providers.tsx'
import { StatusBadge } from '../status-badge.tsx'
import { StandingWords, type Column } from './standing-words.tsx'

/** Servers whose trouble is told above the matrix. */
const namedAtMost = 8

type FleetSummaryProps = { detail: DeploymentDetail; fleet: FleetView; state: DeploymentState; troubled: Column[] }

export function FleetSummary({ detail, fleet, state, troubled }: FleetSummaryProps) {
  const now = useNow()
  const isCancelling = state.cancel !== null || detail.cancelRequestedAt !== null
  const isAsked = state.waiting !== null && state.finishedAt === null && !isCancelling
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p className="max-w-prose min-w-0 font-medium" role="status">
          {fleetSummary(fleet, state, now)} {state.status === 'succeeded' && skewWords(fleet, fleet.skew)}
        </p>
        {isAsked && detail.canCancel && <ContinueButton id={detail.id} />}
      </div>
      {troubled.length > 0 && (
        <ul className="grid gap-1" aria-label="Servers that need a look">
          {troubled.slice(0, namedAtMost).map((column) => (
            <li key={column.targetId} className="flex items-start gap-2">
              <StatusBadge status={column.standing.status} word={column.server} />
              <span className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
                <StandingWords column={column} />
                {detail.can.deploy && isLookedFor(state, column.targetId) && (
                  <GiveUpButton id={detail.id} targetId={column.targetId} server={column.server} />
                )}
              </span>
            </li>
          ))}
          {troubled.length > namedAtMost && (
            <li className="text-ink-soft">and {troubled.length - namedAtMost} more, which stand below</li>
          )}
        </ul>
      )}
    </>
  )
}

/** The first server serves the release; the others have it, too. */
function ContinueButton({ id }: { id: string }) {
  const router = useRouter()
  return (
    <ActButton kind="primary" busyText="Going on…" act={() => continueDeployment({ id })} done={() => router.refresh()}>
      Let the others follow
    </ActButton>
  )
}

/** Nobody else does: what happened there stays unknown then. */
function GiveUpButton({ id, targetId, server }: { id: string; targetId: string; server: string }) {
  const router = useRouter()
  return (
    <ActButton
      kind="danger"
      busyText="Giving up…"
      act={() => giveUpDeployment({ id, targetId })}
      done={() => router.refresh()}
    >
      Stop waiting for {server}
    </ActButton>
  )
}

function isLookedFor(state: DeploymentState, targetId: string): boolean {
  const isOut = state.segments.some((one) => one.targetId === targetId && one.looking !== null)
  return isOut && state.finishedAt === null && !isGivenUp(state, targetId)
}
