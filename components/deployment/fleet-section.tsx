'use client'
// Several servers at a glance: where the run stands in a sentence, who needs a look and why, and each step on each server.
import { useRouter } from 'next/navigation'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { giveUpDeployment } from '@/app/actions/deployments.ts'
import type { DeploymentDetail, DeploymentState, FleetView } from '@/lib/api/shapes.ts'
import { fleetSummary, isGivenUp, skewWords } from '@/lib/deploy/fleet-words.ts'
import { standingOf, type StepNames } from '@/lib/deploy/server-words.ts'
import { ActButton } from '../form/act-button.tsx'
import { useNow } from '../providers.tsx'
import { StatusBadge } from '../status-badge.tsx'
import { buttonStyle, cardStyle } from '../style.ts'
import type { StepRow } from './rows.ts'
import { ServerList } from './server-list.tsx'
import { StandingWords, type Column } from './standing-words.tsx'
import { StepMatrix } from './step-matrix.tsx'
import { stepTitle } from './step-title.ts'

/** With more servers, columns begin narrow. */
const wideAtMost = 12
/** Servers whose trouble is told above the matrix. */
const namedAtMost = 8

type FleetSectionProps = {
  detail: DeploymentDetail
  fleet: FleetView
  state: DeploymentState
  rows: StepRow[]
  chosen: string | null
  server: string | null
  onChoose: (key: string | null) => void
  onServer: (server: string | null) => void
  openAt: string | null
}

export function FleetSection(props: FleetSectionProps) {
  const { fleet, state, rows, chosen, server, onChoose, onServer, openAt } = props
  const { steps } = props.detail
  const [onlyTrouble, setOnlyTrouble] = useState(false)
  const [isCompact, setCompact] = useState(fleet.targets.length > wideAtMost)
  const names = useMemo(() => ({ steps, title: stepTitle }), [steps])
  const columns = useMemo(() => columnsOf(fleet, state, names), [fleet, state, names])
  const troubled = columns.filter(({ standing }) => standing.isTrouble)
  const shown = onlyTrouble ? troubled : columns
  const choose = useStable((key: string) => onChoose(chosen === key ? null : key))
  const chooseServer = useStable((name: string) => onServer(server === name ? null : name))
  const frame = useRef<HTMLDivElement>(null)

  // Opens at the failing server.
  useEffect(() => {
    if (openAt === null) return
    const cell = frame.current?.querySelector<HTMLElement>(`[data-cell="${openAt}"]`)?.closest('td')
    if (cell && frame.current) frame.current.scrollLeft = cell.offsetLeft - frame.current.clientWidth / 2
  }, [openAt])

  return (
    <section aria-label="Steps" className={`${cardStyle} mb-4 min-w-0 self-start overflow-hidden`}>
      <div className="grid gap-2 border-b px-4 py-3">
        <Summary fleet={fleet} state={state} />
        {troubled.length > 0 && (
          <ul className="grid gap-1" aria-label="Servers that need a look">
            {troubled.slice(0, namedAtMost).map((column) => (
              <li key={column.targetId} className="flex items-start gap-2">
                <StatusBadge status={column.standing.status} word={column.server} />
                <span className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
                  <StandingWords column={column} />
                  {props.detail.can.deploy && isLookedFor(state, column.targetId) && (
                    <GiveUpButton id={props.detail.id} targetId={column.targetId} server={column.server} />
                  )}
                </span>
              </li>
            ))}
            {troubled.length > namedAtMost && (
              <li className="text-ink-soft">and {troubled.length - namedAtMost} more, which stand below</li>
            )}
          </ul>
        )}
        <div className="flex flex-wrap gap-2 empty:hidden">
          {(onlyTrouble || (troubled.length > 0 && troubled.length < columns.length)) && (
            <button
              type="button"
              aria-pressed={onlyTrouble}
              onClick={() => setOnlyTrouble(!onlyTrouble)}
              className={`${buttonStyle.plain} aria-pressed:bg-accent-soft aria-pressed:text-accent`}
            >
              Only those with trouble ({troubled.length})
            </button>
          )}
          {fleet.targets.length > wideAtMost && (
            <button
              type="button"
              aria-pressed={isCompact}
              onClick={() => setCompact(!isCompact)}
              className={`${buttonStyle.plain} hidden aria-pressed:bg-accent-soft aria-pressed:text-accent lg:inline-flex`}
            >
              Narrow columns
            </button>
          )}
        </div>
      </div>
      <div ref={frame} className="relative hidden max-h-[60dvh] overflow-auto overscroll-contain pb-2 lg:block">
        <StepMatrix
          rows={rows}
          columns={shown}
          batches={Math.max(fleet.batches.length, state.batches.length)}
          isCompact={isCompact && !onlyTrouble}
          chosen={chosen}
          server={server}
          onChoose={choose}
          onServer={chooseServer}
          openAt={openAt}
        />
      </div>
      <div className="max-h-[60dvh] overflow-y-auto lg:hidden">
        <ServerList rows={rows} columns={shown} chosen={chosen} onChoose={onChoose} onServer={onServer} />
      </div>
    </section>
  )
}

function Summary({ fleet, state }: { fleet: FleetView; state: DeploymentState }) {
  const now = useNow()
  return (
    <p className="max-w-prose font-medium" role="status">
      {fleetSummary(fleet, state, now)} {state.status === 'succeeded' && skewWords(fleet, fleet.skew)}
    </p>
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

/** Servers in the order of their batches, each with how it stands. */
function columnsOf(fleet: FleetView, state: DeploymentState, names: StepNames): Column[] {
  const batchOf = (targetId: string): number => {
    const begun = state.batches.findLast(({ targetIds }) => targetIds.includes(targetId))?.batch
    return begun ?? fleet.batches.findIndex((batch) => batch.includes(targetId)) + 1
  }
  return fleet.targets
    .map((target) => ({
      targetId: target.targetId,
      server: target.server,
      batch: batchOf(target.targetId),
      // A matrix isn't drawn anew each second: words that count are drawn by themselves.
      standing: standingOf(fleet, state, target, 0, names),
      say: (now: number) => standingOf(fleet, state, target, now, names).words,
    }))
    .sort((a, b) => a.batch - b.batch)
}

/** The same function at each drawing, so that cells aren't drawn for its sake. */
function useStable<T>(act: (value: T) => void): (value: T) => void {
  const latest = useRef(act)
  useEffect(() => {
    latest.current = act
  })
  return useCallback((value: T) => latest.current(value), [])
}
