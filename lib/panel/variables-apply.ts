// New variables for the release that is live, without a deployment.
import type { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import { variablesApply } from '@/lib/api/inputs-variables.ts'
import type { DeploymentView } from '@/lib/api/shapes.ts'
import { PanelError } from '@/lib/errors.ts'
import { findAppliedPart } from '@/lib/store/applied-part.ts'
import { findLiveVariables, findNewestVariables } from '@/lib/store/variables.ts'
import { parse } from './act.ts'
import type { Context } from './context.ts'
import { enqueue } from './queue.ts'

/**
 * Queues the change of the live release's `.env` to the newest set, between the hooks config/before-change and
 * config/after-change. PanelError: invalid, not_found, forbidden, conflict (nothing is live, no set was saved, another one than
 * `number` is the newest, or the live release has it and nothing is about to change that).
 */
export async function applyVariables(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof variablesApply>,
): Promise<DeploymentView> {
  const { number, ...request } = parse(variablesApply, input)
  const { environmentId } = request
  return enqueue(ctx, actor, request, async (environment, targets) => {
    const newest = await findNewestVariables(ctx.db.prisma, environmentId)
    if (!newest) throw new PanelError('conflict', 'No variables were saved for this environment yet.')
    if (number !== undefined && number !== newest.number)
      throw new PanelError('conflict', `${newest.createdBy} saved set ${newest.number} meanwhile. Look at it first.`, {
        newest: newest.number,
      })
    const { live } = await findLiveVariables(ctx.db.prisma, environmentId)
    const isIdle = environment.deployments.length === 0
    if (!live && isIdle)
      throw new PanelError('conflict', 'Nothing is live here yet: the first deployment brings the variables along.')
    // Known of a release is what was applied last, on whichever servers: what not all have may be applied again.
    const isForAll = targets.length === environment.targets.length
    const isLive = live?.variableSetId === newest.id && isIdle
    if (isLive && isForAll && !(await findAppliedPart(ctx.db.prisma, environmentId, live.id, 'variables')))
      throw new PanelError('conflict', `The live release has set ${newest.number} already.`)
    return { kind: 'configure', source: { type: 'variables', number: newest.number } }
  })
}
