// What has been going on in environments of late: for strips of outcomes, live steps, and how long a run usually takes.
import { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import type { RunView } from '@/lib/api/shapes.ts'
import type { DeploymentStatus } from '@/lib/deploy/types.ts'
import { findRuns } from '@/lib/store/runs.ts'
import { parse } from './act.ts'
import type { Context } from './context.ts'
import { demandEnvironment } from './seen.ts'

const query = z.object({
  environmentId: z.uuid(),
  days: z.number().int().min(1).max(365).default(30),
  limit: z.number().int().min(1).max(200).default(30),
})

/** The last runs of an environment, oldest first. PanelError: invalid, not_found, forbidden. */
export async function listRuns(ctx: Context, actor: Actor, input: z.input<typeof query>): Promise<RunView[]> {
  const { environmentId, ...span } = parse(query, input)
  await demandEnvironment(ctx.db.prisma, actor, 'view', environmentId)
  return (await runsOf(ctx, { environmentIds: [environmentId], ...span }))[environmentId] ?? []
}

/** By the id of environments that were looked up and authorised already; those without a run in that time are absent. */
export async function runsOf(
  ctx: Context,
  wanted: { environmentIds: string[]; days: number; limit: number },
): Promise<Record<string, RunView[]>> {
  const runs: Record<string, RunView[]> = {}
  for (const row of await findRuns(ctx.db.pool, wanted)) {
    const { id, number, createdAt, startedAt, finishedAt, step, stepName, steps } = row
    const list = (runs[row.environmentId] ??= [])
    list.push({
      id,
      number,
      // Only the guarded writer of status.ts sets it.
      status: row.status as DeploymentStatus,
      createdAt: createdAt.toISOString(),
      durationMs: startedAt && finishedAt ? finishedAt.getTime() - startedAt.getTime() : null,
      step: step !== null && stepName !== null && steps !== null ? { n: step, of: steps, name: stepName } : null,
    })
  }
  return runs
}
