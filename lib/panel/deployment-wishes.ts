// What people wish of a deployment that is queued or running: its end, that it goes on, that nobody waits any longer.
import type { z } from 'zod'
import { actorText, type Actor } from '@/lib/access.ts'
import { cancelInput, giveUpInput } from '@/lib/api/inputs-deployments.ts'
import { deploymentKey } from '@/lib/api/inputs.ts'
import type { DeploymentView } from '@/lib/api/shapes.ts'
import { giveUp, letOthersFollow, requestCancel } from '@/lib/store/wishes.ts'
import { findDeployment } from '@/lib/store/history.ts'
import { missing, parse } from './act.ts'
import type { Context } from './context.ts'
import { deploymentView } from './deployment-view.ts'
import { demandDeployment } from './seen.ts'

/**
 * Ends a queued deployment at once and asks the worker to end a running one; asking twice changes nothing. `keep` decides what
 * becomes of what has taken effect already.
 * PanelError: invalid, not_found, forbidden, conflict (it has finished).
 */
export function cancelDeployment(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof cancelInput>,
): Promise<DeploymentView> {
  const { keep, ...key } = parse(cancelInput, input)
  return wish(ctx, actor, key, (db, asked) => requestCancel(db, { ...asked, keep }))
}

/**
 * Somebody has seen the first of several servers: the others follow now. Asking twice changes nothing.
 * PanelError: invalid, not_found, forbidden, conflict (it doesn't wait, is being cancelled, or has finished).
 */
export function continueDeployment(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof deploymentKey>,
): Promise<DeploymentView> {
  return wish(ctx, actor, parse(deploymentKey, input), letOthersFollow)
}

/**
 * Ends the wait for a server that can't be reached: what happened there stays unknown. A cancelled deployment ends with it; of
 * several servers one alone (`targetId`) may be given up, and the others go on by their strategy.
 * PanelError: invalid, not_found, forbidden, conflict (nobody waits).
 */
export function giveUpDeployment(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof giveUpInput>,
): Promise<DeploymentView> {
  const { targetId, ...key } = parse(giveUpInput, input)
  return wish(ctx, actor, key, (db, asked) => giveUp(db, targetId === undefined ? asked : { ...asked, targetId }))
}

async function wish(
  ctx: Context,
  actor: Actor,
  key: z.output<typeof deploymentKey>,
  tell: (...asked: Parameters<typeof letOthersFollow>) => Promise<unknown>,
): Promise<DeploymentView> {
  const { id } = await demandDeployment(ctx.db.prisma, actor, 'deploy', key)
  await tell(ctx.db, { deploymentId: id, by: actorText(actor), byName: actor.name })
  const row = await findDeployment(ctx.db.prisma, key)
  if (!row) throw missing('deployment')
  return deploymentView(row)
}
