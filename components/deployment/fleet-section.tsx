'use client'
// Several servers at a glance: where the run stands in a sentence, who needs a look and why, and each step on each server.
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { DeploymentDetail, DeploymentState, FleetView } from '@/lib/api/shapes.ts'
import { standingOf, type StepNames } from '@/lib/deploy/server-words.ts'
import { buttonStyle, cardStyle } from '../style.ts'
import { FleetSummary } from './fleet-summary.tsx'
import type { StepRow } from './rows.ts'
import { ServerList } from './server-list.tsx'
import type { Column } from './standing-words.tsx'
import { StepMatrix } from './step-matrix.tsx'
import { stepTitle } from './step-title.ts'

/** With more servers, columns begin narrow. */
const wideAtMost = 12

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
        <FleetSummary detail={props.detail} fleet={fleet} state={state} troubled={troubled} />
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
          {fleet.targets.length > wideAtMost && !onlyTrouble && (
            <button
              type="button"
              aria-pressed={isCompact}
              onClick={() => setCompact(!isCompact)}
              className={`${buttonStyle.plain} aria-pressed:bg-accent-soft aria-pressed:text-accent max-lg:hidden`}
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
