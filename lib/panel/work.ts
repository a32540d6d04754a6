// What is under way anywhere, as every page shows it.
import type { z } from 'zod'
import { seenProjects, type Actor } from '@/lib/access.ts'
import { nothing } from '@/lib/api/inputs.ts'
import type { WorkView } from '@/lib/api/shapes-overview.ts'
import { findWork } from '@/lib/store/overview.ts'
import { parse } from './act.ts'
import type { Context } from './context.ts'
import { watchDeployments } from './watch.ts'

/** More than so many at once are counted as so many. */
const mostWork = 200
/** Steps and lines of a deployment are changes, too, and there are many of them. */
const pauseMs = 500

/** What is queued or running, as far as the actor sees it, the oldest first. */
export async function listWork(ctx: Context, actor: Actor, input: z.input<typeof nothing> = {}): Promise<WorkView[]> {
  parse(nothing, input)
  const rows = await findWork(ctx.db.pool, seenProjects(actor), mostWork)
  return rows.map(({ startedAt, ...row }) => ({ ...row, startedAt: startedAt?.toISOString() ?? null }))
}

/** Tells what is under way: at once, and then whenever that has changed. Gives the function that ends it. */
export function watchWork(ctx: Context, actor: Actor, tell: (work: WorkView[]) => void): () => void {
  let told = ''
  let timer: NodeJS.Timeout | null = null
  let isOver = false
  function readSoon(waitMs: number): void {
    timer ??= setTimeout(() => {
      listWork(ctx, actor)
        .then((work) => {
          const text = JSON.stringify(work)
          if (isOver || text === told) return
          told = text
          tell(work)
        })
        // The database is away: the connection that tells of changes notices, and says so when it is back.
        .catch(() => {})
      timer = null
    }, waitMs)
  }
  const unwatch = watchDeployments(ctx, actor, {}, () => readSoon(pauseMs))
  readSoon(0)
  return () => {
    isOver = true
    if (timer) clearTimeout(timer)
    unwatch()
  }
}
