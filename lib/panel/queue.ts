// The one way into the queue of deployments, whatever is asked for.
import { actorText, demand, sees, type Actor } from '@/lib/access.ts'
import type { DeploymentView } from '@/lib/api/shapes.ts'
import type { PlanKind } from '@/lib/deploy/types.ts'
import { PanelError } from '@/lib/errors.ts'
import { createDeployment, type DeploymentSource } from '@/lib/store/deployments.ts'
import * as store from '@/lib/store/history.ts'
import { missing } from './act.ts'
import { ask, type PreviewSource } from './ask.ts'
import { chooseTargets, onlyOn, type Chosen } from './chosen-servers.ts'
import type { Context } from './context.ts'
import { deploymentView } from './deployment-view.ts'

type Wish = { kind: PlanKind; source: DeploymentSource; onlyWhenIdle?: boolean; holdsPushes?: string }
type Choose = (environment: store.WishRow, targets: store.WishRow['targets']) => Wish | Promise<Wish>

/**
 * `expectedHash`: of the plan that was shown, if that and nothing else is wanted. `force`: although somebody holds the environment, or it lies in a freeze;
 * for those who could lift that.
 */
type Request = Chosen & {
  environmentId: string
  idempotencyKey?: string | undefined
  expectedHash?: string | undefined
  force?: boolean
}

/** A first look at a large repository takes as long as bringing it here. */
export const previewDeadlineMs = 120_000

/**
 * Queues what `choose` makes of the environment and the servers that it is for. A repeated idempotency key is answered before anything is judged, so that a
 * retry gets the same deployment whatever has changed since. PanelError: not_found, forbidden, conflict, plan_changed, and what
 * `choose` throws.
 */
export async function enqueue(
  ctx: Context,
  actor: Actor,
  { environmentId, idempotencyKey, expectedHash, force = false, ...servers }: Request,
  choose: Choose,
): Promise<DeploymentView> {
  const environment = await store.findWish(ctx.db.prisma, environmentId)
  if (!environment || !sees(actor, environment.projectId)) throw missing('environment')
  demand(actor, 'deploy', environment.projectId)
  if (force) demand(actor, 'configure', environment.projectId)
  const earlier =
    idempotencyKey === undefined ? null : await store.findByKey(ctx.db.prisma, environmentId, idempotencyKey)
  const wanted = () => wishFor(ctx, environment, servers, choose)
  if (earlier) return demandSame(earlier, actor, await unlessRefused(wanted))
  const wish = await wanted()
  refuseUnready(environment, wish.targetIds)
  if (expectedHash !== undefined) await demandShown(ctx, environmentId, wish, expectedHash)
  const { id } = await createDeployment(ctx.db, {
    environmentId,
    ...wish,
    force,
    by: actorText(actor),
    byName: actor.name,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(expectedHash === undefined ? {} : { expectedHash }),
  })
  const row = await store.findDeployment(ctx.db.prisma, { id })
  if (!row) throw missing('deployment')
  // Somebody else with this key may have been faster by a moment.
  return demandSame(row, actor, wish)
}

/** `targetIds` absent = all of the environment. Which servers lag behind is known only when nothing is under way. */
type WishFor = Wish & { targetIds?: string[]; isOutdatedOnly: boolean }

async function wishFor(ctx: Context, environment: store.WishRow, servers: Chosen, choose: Choose): Promise<WishFor> {
  const targets = await chooseTargets(ctx.db.prisma, environment, servers)
  const wish = await choose(environment, targets)
  const isOutdatedOnly = servers.onlyOutdated ?? false
  const only = onlyOn(environment, targets)
  const names = targets.map(({ server }) => server.name)
  return {
    ...wish,
    ...only,
    source: only.targetIds ? { ...wish.source, servers: names } : wish.source,
    onlyWhenIdle: isOutdatedOnly || (wish.onlyWhenIdle ?? false),
    isOutdatedOnly,
  }
}

/** What would be queued now; null when it can't be any more, which says nothing about what was queued then. */
async function unlessRefused(wanted: () => Promise<WishFor>): Promise<WishFor | null> {
  try {
    return await wanted()
  } catch (error) {
    if (error instanceof PanelError) return null
    throw error
  }
}

/** A key belongs to one request of one actor: whoever uses it for another thing believed that this would be done. */
function demandSame(earlier: store.DeploymentRow, actor: Actor, wish: WishFor | null): DeploymentView {
  const source = earlier.source as DeploymentSource
  const isOther =
    earlier.requestedBy !== actorText(actor) ||
    (wish !== null && (wish.kind !== earlier.kind || wish.source.type !== source.type)) ||
    (wish?.source.type === 'git' &&
      source.type === 'git' &&
      (wish.source.ref !== source.ref || wish.source.unless !== source.unless)) ||
    // Which ones lag behind changes with what was queued.
    (wish !== null && !wish.isOutdatedOnly && (wish.targetIds ?? []).join() !== earlier.targetIds.join())
  if (isOther) throw new PanelError('conflict', 'This Idempotency-Key was used for another request. Take a new one.')
  return deploymentView(earlier)
}

/** Planned anew: whoever agreed to something hears now what has changed since. What changes later ends the flight instead. */
async function demandShown(
  ctx: Context,
  environmentId: string,
  { source, targetIds }: WishFor,
  expectedHash: string,
): Promise<void> {
  const only = targetIds ? { targetIds } : {}
  const question = { environmentId, source: shownAs(source), expectedHash, ...only }
  await ask(ctx, 'preview', question, { deadlineMs: previewDeadlineMs })
}

function shownAs(source: DeploymentSource): PreviewSource {
  if (source.type === 'git') return { ref: source.commit ?? source.ref }
  if (source.type === 'files') return { files: true }
  if (source.type === 'leave') throw new PanelError('invalid', 'What is left on a server has no preview.')
  return source.type === 'release' ? { release: source.number } : { variables: source.number }
}

/** Said now rather than by a deployment that can only fail. */
function refuseUnready({ targets }: store.WishRow, targetIds: string[] | undefined): void {
  if (targets.length === 0) throw new PanelError('conflict', 'This environment has no server yet.')
  const meant = targets.filter(({ id }) => !targetIds || targetIds.includes(id))
  const unconfirmed = meant.flatMap(({ server }) => wayTo(server)).find(({ hostKey }) => hostKey === null)
  if (unconfirmed)
    throw new PanelError('conflict', `Confirm the host key of server “${unconfirmed.name}” first.`, {
      serverId: unconfirmed.id,
    })
}

type Reached = { id: string; name: string; hostKey: string | null; jump?: Reached | null }

/** The server and those that it is reached through. */
function wayTo(server: Reached): Reached[] {
  return [server, ...(server.jump ? wayTo(server.jump) : [])]
}
