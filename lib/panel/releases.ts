// Releases: what a deployment left on the servers, and putting one of them back.
import type { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import { activationInput, releasesInput, rollBackInput } from '@/lib/api/inputs.ts'
import type { DeploymentView, ReleaseView } from '@/lib/api/shapes.ts'
import { PanelError } from '@/lib/errors.ts'
import * as store from '@/lib/store/history.ts'
import { missing, parse } from './act.ts'
import { isAt } from './chosen-servers.ts'
import type { Context } from './context.ts'
import { releaseView } from './deployment-view.ts'
import { enqueue } from './queue.ts'
import { demandEnvironment } from './seen.ts'

/** Newest first, those included whose directory was removed since. PanelError: invalid, not_found, forbidden. */
export async function listReleases(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof releasesInput>,
): Promise<ReleaseView[]> {
  const { environmentId, ...page } = parse(releasesInput, input)
  await demandEnvironment(ctx.db.prisma, actor, 'view', environmentId)
  return (await store.findReleases(ctx.db.prisma, environmentId, page)).map(releaseView)
}

/**
 * Queues the switch to a release that is still on the server.
 * PanelError: invalid, not_found, forbidden, release_missing, conflict (it is live on all of them and nothing is about to change that).
 */
export async function activateRelease(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof activationInput>,
): Promise<DeploymentView> {
  const { number, ...request } = parse(activationInput, input)
  const { environmentId } = request
  return enqueue(ctx, actor, request, async (environment, targets) => {
    const release = await store.findRelease(ctx.db.prisma, environmentId, number)
    if (!release) throw missing('release')
    if (release.state !== 'complete')
      throw new PanelError(
        'release_missing',
        `Release ${number} is no longer on the server. Deploy its commit again instead.`,
        {
          revision: release.revision,
        },
      )
    const isLive = release.id === environment.liveReleaseId && targets.every((target) => isAt(target, release.name))
    if (isLive && environment.deployments.length === 0)
      throw new PanelError('conflict', `Release ${number} is live already.`)
    const live = await store.findLiveRelease(ctx.db.prisma, environmentId)
    // What a deployment under way brings is undone by this as much as what is live.
    const isBack = (live && number < live.number) || environment.deployments.some(({ kind }) => kind === 'deploy')
    const held = isBack ? { holdsPushes: `put release ${number} back` } : {}
    return { kind: 'activate', source: { type: 'release', number }, ...held }
  })
}

/**
 * Queues the switch to the release before the live one: the newest older one that is still on the server and had succeeded.
 * PanelError: invalid, not_found, forbidden, release_missing (there is none), conflict (a deployment is under way, so that
 * "the one before" would be another release by the time it is switched to; somebody holds the environment, unless `force`d).
 */
export async function rollBack(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof rollBackInput>,
): Promise<DeploymentView> {
  const request = parse(rollBackInput, input)
  return enqueue(ctx, actor, request, async () => {
    const release = await store.findEarlierRelease(ctx.db.prisma, request.environmentId)
    if (!release) throw new PanelError('release_missing', 'There is no earlier release on the server to roll back to.')
    const { number } = release
    const holdsPushes = `rolled back to release ${number}`
    return { kind: 'activate', source: { type: 'release', number }, onlyWhenIdle: true, holdsPushes }
  })
}
