// Rows of deployments and releases as people get to see them.
import type { DeploymentView, FleetView, PlanStepView, ReleaseView, SourceView } from '@/lib/api/shapes.ts'
import type { DeploymentEvent } from '@/lib/deploy/events.ts'
import { planUndo } from '@/lib/deploy/plan.ts'
import { nothingYet, type DeploymentState } from '@/lib/deploy/reducer.ts'
import { switchSkew } from '@/lib/deploy/skew.ts'
import { goesOn } from '@/lib/deploy/strategy.ts'
import type { DeploymentStatus, Failure, Plan, PlanKind, Segment } from '@/lib/deploy/types.ts'
import type { DeploymentRow, ReleaseRow } from '@/lib/store/history.ts'

// Status, kind, source, plan and failure were parsed when they were written; they come back as they are.
export function deploymentView(row: DeploymentRow): DeploymentView {
  const { servers = [], ...source } = row.source as SourceView & { servers?: string[] }
  return {
    id: row.id,
    environmentId: row.environmentId,
    number: row.number,
    kind: row.kind as PlanKind,
    source: source,
    servers,
    status: row.status as DeploymentStatus,
    requestedBy: row.requestedBy,
    requestedByName: row.requestedByName,
    revision: row.revision,
    release: row.release && { number: row.release.number, name: row.release.name, subject: row.release.subject },
    failure: row.failure as Failure | null,
    cancelRequestedAt: row.cancelRequestedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
  }
}

export function releaseView(row: ReleaseRow): ReleaseView {
  return {
    id: row.id,
    environmentId: row.environmentId,
    number: row.number,
    name: row.name,
    revision: row.revision,
    ref: row.ref,
    subject: row.subject,
    author: row.author,
    committedAt: row.committedAt?.toISOString() ?? null,
    state: row.state as ReleaseView['state'],
    isLive: row.environment.liveReleaseId === row.id,
    liveOn: row.environment.targets.flatMap(({ liveRelease, server }) =>
      liveRelease === row.name ? [server.name] : [],
    ),
    variablesNumber: row.variableSet?.number ?? null,
    createdAt: row.createdAt.toISOString(),
    liveAt: row.liveAt?.toISOString() ?? null,
  }
}

/** The steps of every segment in the order they were planned; `servers` gives a target's server by target id. */
export function planSteps(
  plan: Plan | null,
  servers: ReadonlyMap<string, string>,
  state: DeploymentState = nothingYet,
): PlanStepView[] {
  const names = new Map(plan?.fleet?.targets.map(({ targetId, server }) => [targetId, server]) ?? servers)
  return segmentsOf(plan, state).flatMap(({ name: segment, targetId, steps }) =>
    steps.map(({ n, name, stage, phase, action, timeoutMs, failure }): PlanStepView => {
      const hook = action.do === 'hook' ? action.hook : null
      const server = names.get(targetId) ?? ''
      const { origin = 'fairlead', event = null, user = null } = hook ?? {}
      return { segment, n, name, stage, phase, origin, event, user, timeoutMs, failure, targetId, server }
    }),
  )
}

/** Of one server the undo becomes a segment only when it is needed, with what the server said that was live before. */
function segmentsOf(plan: Plan | null, { undo, committed }: DeploymentState): Segment[] {
  if (!plan) return []
  if (plan.fleet || !undo) return plan.segments
  return [...plan.segments, planUndo(plan, undo.release, committed !== null || plan.kind === 'configure')]
}

/** Names of the releases that a run on several servers speaks of. */
export function fleetReleases(plan: Plan | null): string[] {
  if (!plan?.fleet) return []
  return [...new Set([plan.release, ...plan.fleet.targets.flatMap(({ live }) => live ?? [])])]
}

/** What a run on several servers is; null for one. `numbers` by the names of `fleetReleases`. */
export function fleetView(
  plan: Plan | null,
  numbers: Record<string, number>,
  events: readonly DeploymentEvent[],
): FleetView | null {
  if (!plan?.fleet) return null
  const switching = plan.stages.filter(({ name }) => name === 'switch')
  return {
    targets: plan.fleet.targets.map(({ targetId, server, live }) => ({ targetId, server, live })),
    batches: switching.flatMap(({ batches }) =>
      batches.map(({ lanes }) => [...new Set(lanes.map(({ targetId }) => targetId))]),
    ),
    numbers,
    goesOn: goesOn(plan.fleet.strategy),
    keeps: plan.fleet.strategy.onFailure === 'leave',
    checks: (plan.fleet.checks ?? []).map(({ name, totalSeconds }) => ({ name, totalSeconds })),
    skew: switchSkew(events),
  }
}
