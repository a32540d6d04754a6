// Somebody who waits no longer for a server: as soon as the page says that it is being looked for, until the deployment has ended.
import { setTimeout as delay } from 'node:timers/promises'
import { isGivenUp } from '@/lib/deploy/fleet-live.ts'
import { reduce } from '@/lib/deploy/reducer.ts'
import { isFinished } from '@/lib/deploy/status.ts'
import type { Plan } from '@/lib/deploy/types.ts'
import { cancelDeployment, giveUpDeployment } from '@/lib/panel/deployments.ts'
import { readEvents } from '@/lib/store/events.ts'
import type { Scene } from './kinds.ts'
import { actor } from './panel.ts'

/** Of one server alone, a deployment is cancelled before it is given up. */
export async function giveUp({ panel: { ctx }, deploymentId: id, id: targetId }: Scene): Promise<void> {
  for (;;) {
    const row = await ctx.db.prisma.deployment.findUnique({ where: { id } }).catch(() => null)
    if (row && isFinished(row.status as 'queued')) return
    const state = reduce(await readEvents(ctx.db.pool, id).catch(() => []))
    const isLooking = state.segments.some((one) => one.targetId === targetId && one.looking !== null)
    if (row && isLooking && !isGivenUp(state, targetId)) {
      const isFleet = (row.plan as Plan | null)?.fleet !== undefined
      // It may end in between, or the database may be away.
      if (!isFleet) await cancelDeployment(ctx, actor, { id }).catch(() => {})
      await giveUpDeployment(ctx, actor, { id, ...(isFleet ? { targetId } : {}) }).catch(() => {})
    }
    await delay(50)
  }
}
