// Drift: what differs on the servers of an environment, and putting it right with the live release.
import type { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import type { driftInput } from '@/lib/api/inputs-drift.ts'
import { driftInput as driftSchema, syncInput } from '@/lib/api/inputs-drift.ts'
import { driftReport, isRepairable, type DriftView } from '@/lib/api/shapes-drift.ts'
import type { DeploymentView } from '@/lib/api/shapes.ts'
import { PanelError } from '@/lib/errors.ts'
import { findDrift } from '@/lib/store/drift.ts'
import { findLiveName } from '@/lib/store/places.ts'
import { findWish } from '@/lib/store/history.ts'
import { missing, parse } from './act.ts'
import { ask } from './ask.ts'
import type { Context } from './context.ts'
import { repairOf } from './drift-repair.ts'
import { enqueue } from './queue.ts'
import { demandEnvironment } from './seen.ts'

const lookDeadlineMs = 120_000

/** As it was seen last, in the order of the servers. PanelError: invalid, not_found, forbidden. */
export async function listDrift(ctx: Context, actor: Actor, input: z.input<typeof driftInput>): Promise<DriftView[]> {
  const { environmentId } = parse(driftSchema, input)
  await demandEnvironment(ctx.db.prisma, actor, 'view', environmentId)
  return driftViews(ctx, environmentId)
}

/**
 * Looks at every server now. One that can't be asked is part of the answer. PanelError: invalid, not_found, forbidden, conflict (nothing
 * is live, or a deployment is under way), no_worker, timed_out.
 */
export async function lookForDrift(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof driftInput>,
): Promise<DriftView[]> {
  const { environmentId } = parse(driftSchema, input)
  await demandEnvironment(ctx.db.prisma, actor, 'deploy', environmentId)
  const environment = await findWish(ctx.db.prisma, environmentId)
  if (!environment) throw missing('environment')
  if (environment.liveReleaseId === null) throw nothingLive()
  if (environment.deployments.length > 0)
    throw new PanelError('conflict', 'A deployment is under way. Look again when it has ended.')
  await Promise.all(
    environment.targets.map(({ id }) => ask(ctx, 'drift', { targetId: id }, { deadlineMs: lookDeadlineMs })),
  )
  return driftViews(ctx, environmentId)
}

/**
 * Queues the live release for the servers named, or for those that lack it or differ from it and whose folder is nobody else's; what is
 * missing there comes from another server, or from its commit, deployed again, when no server has it any more. PanelError: invalid,
 * not_found, forbidden, conflict (nothing is live, nothing differs, a deployment is under way).
 */
export async function syncServers(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof syncInput>,
): Promise<DeploymentView> {
  const { environmentId, servers, idempotencyKey } = parse(syncInput, input)
  await demandEnvironment(ctx.db.prisma, actor, 'deploy', environmentId)
  const wanted = servers ?? (await driftViews(ctx, environmentId)).filter(isRepairable).map(({ targetId }) => targetId)
  return enqueue(ctx, actor, { environmentId, idempotencyKey, servers: wanted }, async (environment, targets) => {
    const live = environment.liveReleaseId
    if (live === null) throw nothingLive()
    if (wanted.length === 0)
      throw new PanelError(
        'conflict',
        'There is nothing to repair: the live release is on every server that is this environment’s.',
      )
    const [release, views] = await Promise.all([
      ctx.db.prisma.release.findUniqueOrThrow({ where: { id: live }, include: { onTargets: true } }),
      driftViews(ctx, environmentId),
    ])
    const targetIds = targets.map(({ id }) => id)
    return repairOf(release, views, targetIds)
  })
}

async function driftViews(ctx: Context, environmentId: string): Promise<DriftView[]> {
  const { prisma } = ctx.db
  const [rows, live] = await Promise.all([findDrift(prisma, environmentId), findLiveName(prisma, environmentId)])
  return rows.map(({ id, serverId, server, drift, driftSeenAt, liveRelease }) => ({
    targetId: id,
    serverId,
    server: server.name,
    lacks: live !== null && liveRelease !== live,
    drift: driftReport.safeParse(drift).data ?? null,
    seenAt: driftSeenAt?.toISOString() ?? null,
  }))
}

function nothingLive(): PanelError {
  return new PanelError('conflict', 'Nothing of this environment is live yet. Deploy first.')
}
