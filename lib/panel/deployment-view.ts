// Rows of deployments and releases as people get to see them.
import type { DeploymentView, PlanStepView, ReleaseView, SourceView } from '@/lib/api/shapes.ts'
import type { DeploymentStatus, Failure, Plan, PlanKind } from '@/lib/deploy/types.ts'
import type { DeploymentRow, ReleaseRow } from '@/lib/store/history.ts'

// Status, kind, source, plan and failure were parsed when they were written; they come back as they are.
export function deploymentView(row: DeploymentRow): DeploymentView {
  return {
    id: row.id,
    environmentId: row.environmentId,
    number: row.number,
    kind: row.kind as PlanKind,
    source: row.source as SourceView,
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
    variablesNumber: row.variableSet?.number ?? null,
    createdAt: row.createdAt.toISOString(),
    liveAt: row.liveAt?.toISOString() ?? null,
  }
}

/** The steps of every segment in the order they were planned; `servers` gives a target's server by target id. */
export function planSteps(plan: Plan | null, servers: ReadonlyMap<string, string>): PlanStepView[] {
  return (plan?.segments ?? []).flatMap(({ name: segment, targetId, steps }) =>
    steps.map(({ n, name, stage, phase, action, timeoutMs, failure }): PlanStepView => {
      const hook = action.do === 'hook' ? action.hook : null
      const server = servers.get(targetId) ?? ''
      const { origin = 'fairlead', event = null, user = null } = hook ?? {}
      return { segment, n, name, stage, phase, origin, event, user, timeoutMs, failure, server }
    }),
  )
}
