// Deployments as people ask for them and look at them. Asking only queues: workers do the rest.
import type { z } from 'zod'
import { can, may, type Actor } from '@/lib/access.ts'
import { deploymentInput, deploymentKey, deploymentsInput } from '@/lib/api/inputs.ts'
import type { DeploymentDetail, DeploymentView } from '@/lib/api/shapes.ts'
import { reduce } from '@/lib/deploy/reducer.ts'
import { isFinished } from '@/lib/deploy/status.ts'
import type { Plan } from '@/lib/deploy/types.ts'
import * as store from '@/lib/store/history.ts'
import { missing, parse } from './act.ts'
import type { Context } from './context.ts'
import { deploymentView, fleetReleases, fleetView, planSteps } from './deployment-view.ts'
import { everyEvent } from './events.ts'
import { enqueue } from './queue.ts'
import { demandDeployment, demandEnvironment } from './seen.ts'

export { readCommits } from './commits.ts'
export { cancelDeployment, continueDeployment, giveUpDeployment } from './deployment-wishes.ts'
export { readEvents, readLog, readRawLog } from './events.ts'
export { activateRelease, listReleases, rollBack } from './releases.ts'

/**
 * Queues a deployment of `ref` (the environment's branch unless given); `unlessOlder`, as pipelines ask: not where something newer of it
 * is live by then, nor after a roll back until somebody goes on. The same idempotency key gives the deployment that was made with it;
 * `expectedHash` makes it what a preview has shown, or nothing. PanelError: invalid, not_found, forbidden, conflict (no server, its host
 * key isn't confirmed, or paused), plan_changed (with `differences`).
 */
export async function requestDeployment(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof deploymentInput>,
): Promise<DeploymentView> {
  const { ref, unlessOlder, ...request } = parse(deploymentInput, input)
  return enqueue(ctx, actor, request, (environment) => ({
    kind: 'deploy',
    source: { type: 'git', ref: ref ?? environment.branch, ...(unlessOlder && { unless: 'older' as const }) },
  }))
}

/** Newest first, at most 50 at once; `before` is a number to continue after. PanelError: invalid, not_found, forbidden. */
export async function listDeployments(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof deploymentsInput>,
): Promise<DeploymentView[]> {
  const { environmentId, ...page } = parse(deploymentsInput, input)
  await demandEnvironment(ctx.db.prisma, actor, 'view', environmentId)
  return (await store.findDeployments(ctx.db.prisma, environmentId, page)).map(deploymentView)
}

/** One deployment with its plan and all that happened so far. PanelError: invalid, not_found, forbidden. */
export async function getDeployment(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof deploymentKey>,
): Promise<DeploymentDetail> {
  const { id } = await demandDeployment(ctx.db.prisma, actor, 'view', parse(deploymentKey, input))
  // Before the row: whoever follows from `lastSeq` would never hear of a plan that came between the two.
  const events = await everyEvent(ctx, id)
  const row = await store.findDetail(ctx.db.prisma, { id })
  if (!row) throw missing('deployment')
  const { environment } = row
  const plan = row.plan as Plan | null
  const numbers = await store.findReleaseNumbers(ctx.db.prisma, environment.id, fleetReleases(plan))
  const state = reduce(events)
  const view = deploymentView(row)
  return {
    ...view,
    environment: {
      id: environment.id,
      name: environment.name,
      slug: environment.slug,
      project: environment.project.name,
      projectSlug: environment.project.slug,
    },
    planHash: row.planHash,
    steps: planSteps(plan, new Map(environment.targets.map(({ id, server }) => [id, server.name])), state),
    fleet: fleetView(plan, numbers, events),
    findings: plan?.findings ?? [],
    state,
    lastSeq: state.seq,
    can: can(actor, environment.projectId),
    canCancel:
      may(actor, 'deploy', environment.projectId) && !isFinished(view.status) && view.cancelRequestedAt === null,
  }
}
