// How deployments of an environment have been going, in figures.
import type { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import { statisticsInput } from '@/lib/api/inputs-overview.ts'
import type { StatisticsView } from '@/lib/api/shapes-overview.ts'
import { findSteps, findWeeks } from '@/lib/store/statistics.ts'
import { parse } from './act.ts'
import type { Context } from './context.ts'
import { demandEnvironment } from './seen.ts'

/** Runs whose steps are looked at. */
const sample = 100

/** PanelError: invalid, not_found, forbidden. */
export async function readStatistics(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof statisticsInput>,
): Promise<StatisticsView> {
  const { environmentId, weeks } = parse(statisticsInput, input)
  await demandEnvironment(ctx.db.prisma, actor, 'view', environmentId)
  const [rows, steps] = await Promise.all([
    findWeeks(ctx.db.pool, environmentId, weeks),
    findSteps(ctx.db.pool, environmentId, { weeks, sample }),
  ])
  const spread = (pair: [number, number] | null) => pair && { median: pair[0], p95: pair[1] }
  const all = rows.at(-1)!
  return {
    weeks: rows.slice(0, -1).map(({ week, duration, leadTime, ...outcomes }) => ({
      from: week!,
      outcomes,
      duration: spread(duration),
      leadTime: spread(leadTime),
    })),
    total: {
      runs: all.queued + all.running + all.succeeded + all.failed + all.cancelled + all.superseded,
      succeeded: all.succeeded,
      duration: spread(all.duration),
      leadTime: spread(all.leadTime),
    },
    steps,
    sample,
  }
}
