// The commit of a release, deployed again: where it was, or in another environment of the project.
import type { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import { promotionInput, redeployInput } from '@/lib/api/inputs-preview.ts'
import type { DeploymentView } from '@/lib/api/shapes.ts'
import type { DeploymentSource } from '@/lib/store/deployments.ts'
import { findRelease, type ReleaseRow } from '@/lib/store/history.ts'
import { invalid, missing, parse } from './act.ts'
import type { Context } from './context.ts'
import { enqueue } from './queue.ts'
import { demandEnvironment } from './seen.ts'

/**
 * Queues a deployment of the same commit, with the hooks, settings and variables of now. PanelError: invalid, not_found, forbidden,
 * conflict, plan_changed.
 */
export async function redeployRelease(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof redeployInput>,
): Promise<DeploymentView> {
  const { environmentId, number, ...more } = parse(redeployInput, input)
  return enqueue(ctx, actor, { environmentId, ...more }, async () => {
    const release = await findRelease(ctx.db.prisma, environmentId, number)
    if (!release) throw missing('release')
    return { kind: 'deploy', source: commitOf(release) }
  })
}

/**
 * Queues a deployment of the release's commit in the environment `to`, which belongs to the same project. PanelError: invalid (another
 * project, or the same environment), not_found, forbidden, conflict, plan_changed.
 */
export async function promoteRelease(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof promotionInput>,
): Promise<DeploymentView> {
  const { environmentId, number, to, ...more } = parse(promotionInput, input)
  const projectId = await demandEnvironment(ctx.db.prisma, actor, 'view', environmentId)
  const release = await findRelease(ctx.db.prisma, environmentId, number)
  if (!release) throw missing('release')
  return enqueue(ctx, actor, { environmentId: to, ...more }, (environment) => {
    if (environment.id === environmentId)
      throw invalid('to', 'It is this environment’s own release: deploy it again instead.')
    if (environment.projectId !== projectId) throw invalid('to', 'That environment belongs to another project.')
    return { kind: 'deploy', source: commitOf(release) }
  })
}

/** The commit, not what its branch is by now. */
function commitOf({ ref, revision }: ReleaseRow): DeploymentSource {
  return { type: 'git', ref, commit: revision }
}
