// A release that nobody wants back, removed from the server.
import type { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import { releaseKey } from '@/lib/api/inputs-preview.ts'
import type { DeploymentView } from '@/lib/api/shapes.ts'
import { PanelError } from '@/lib/errors.ts'
import * as store from '@/lib/store/history.ts'
import { missing, parse } from './act.ts'
import type { Context } from './context.ts'
import { enqueue } from './queue.ts'

/**
 * Queues the removal of a release's directory; its history stays. Never the live one, nor the one that a roll back would put live.
 * PanelError: invalid, not_found, forbidden, release_missing (it is gone already), conflict.
 */
export async function removeRelease(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof releaseKey>,
): Promise<DeploymentView> {
  const { environmentId, number } = parse(releaseKey, input)
  return enqueue(ctx, actor, { environmentId }, async (environment) => {
    const reader = ctx.db.prisma
    const [release, earlier] = await Promise.all([
      store.findRelease(reader, environmentId, number),
      store.findEarlierRelease(reader, environmentId),
    ])
    if (!release) throw missing('release')
    if (release.state !== 'complete')
      throw new PanelError('release_missing', `Release ${number} is no longer on the server.`)
    if (release.id === environment.liveReleaseId)
      throw new PanelError('conflict', `Release ${number} is live. Put another one live first.`)
    if (release.id === earlier?.id)
      throw new PanelError('conflict', `Release ${number} is what a roll back puts live, so it stays.`)
    return { kind: 'remove', source: { type: 'release', number }, onlyWhenIdle: true }
  })
}
