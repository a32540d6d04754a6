// The one way into the queue of deployments, whatever is asked for.
import { actorText, demand, sees, type Actor } from '@/lib/access.ts'
import type { DeploymentView } from '@/lib/api/shapes.ts'
import { PanelError } from '@/lib/errors.ts'
import { createDeployment, type DeploymentSource } from '@/lib/store/deployments.ts'
import * as store from '@/lib/store/history.ts'
import { missing } from './act.ts'
import type { Context } from './context.ts'
import { deploymentView } from './deployment-view.ts'

type Wish = { kind: 'deploy' | 'activate'; source: DeploymentSource; onlyWhenIdle?: boolean }

/**
 * Queues what `choose` makes of the environment. A repeated idempotency key is answered before anything is judged, so that a
 * retry gets the same deployment whatever has changed since. PanelError: not_found, forbidden, conflict, and what `choose` throws.
 */
export async function enqueue(
  ctx: Context,
  actor: Actor,
  { environmentId, idempotencyKey }: { environmentId: string; idempotencyKey: string | undefined },
  choose: (environment: store.WishRow) => Wish | Promise<Wish>,
): Promise<DeploymentView> {
  const environment = await store.findWish(ctx.db.prisma, environmentId)
  if (!environment || !sees(actor, environment.projectId)) throw missing('environment')
  demand(actor, 'deploy', environment.projectId)
  const earlier =
    idempotencyKey === undefined ? null : await store.findByKey(ctx.db.prisma, environmentId, idempotencyKey)
  if (earlier) return deploymentView(earlier)
  const wish = await choose(environment)
  refuseUnready(environment)
  const { id } = await createDeployment(ctx.db, {
    environmentId,
    ...wish,
    by: actorText(actor),
    byName: actor.name,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  })
  const row = await store.findDeployment(ctx.db.prisma, { id })
  if (!row) throw missing('deployment')
  return deploymentView(row)
}

/** Said now rather than by a deployment that can only fail. */
function refuseUnready({ targets }: store.WishRow): void {
  if (targets.length === 0) throw new PanelError('conflict', 'This environment has no server yet.')
  const unconfirmed = targets.find(({ server }) => server.hostKey === null)
  if (unconfirmed)
    throw new PanelError('conflict', `Confirm the host key of server “${unconfirmed.server.name}” first.`, {
      serverId: unconfirmed.serverId,
    })
}
