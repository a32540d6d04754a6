// Commits that could be deployed, as the worker's mirror of the repository has them.
import { z } from 'zod'
import { demand, sees, type Actor } from '@/lib/access.ts'
import { commitsInput } from '@/lib/api/inputs.ts'
import type { Commit } from '@/lib/api/shapes.ts'
import { findWish } from '@/lib/store/history.ts'
import { missing, parse } from './act.ts'
import { ask } from './ask.ts'
import type { Context } from './context.ts'

const answer = z.array(
  z.object({ sha: z.string(), subject: z.string(), author: z.string(), authorEmail: z.string(), at: z.string() }),
)

/** Newest first, of `ref` (the environment's branch unless given). PanelError: invalid, not_found, forbidden, and as `ask`. */
export async function readCommits(ctx: Context, actor: Actor, input: z.input<typeof commitsInput>): Promise<Commit[]> {
  const { environmentId, ref, search } = parse(commitsInput, input)
  const environment = await findWish(ctx.db.prisma, environmentId)
  if (!environment || !sees(actor, environment.projectId)) throw missing('environment')
  demand(actor, 'deploy', environment.projectId)
  const question = { projectId: environment.projectId, ref: ref ?? environment.branch, ...(search ? { search } : {}) }
  return answer.parse(await ask(ctx, 'commits', question, { deadlineMs: 30_000 }))
}
