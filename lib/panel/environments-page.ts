// Environments page by page: only those of the page are looked at closely.
import type { z } from 'zod'
import { seenProjects, type Actor } from '@/lib/access.ts'
import { environmentPage } from '@/lib/api/inputs-page.ts'
import { pageById } from '@/lib/api/page.ts'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { findEnvironmentIds } from '@/lib/store/environment-page.ts'
import { findEnvironments } from '@/lib/store/environments.ts'
import { parse } from './act.ts'
import type { Context } from './context.ts'
import { views } from './environment-view.ts'

/** Sorted by project, then by age. PanelError: invalid (also when what the cursor stands for is gone). */
export async function listEnvironmentPage(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof environmentPage> = {},
): Promise<{ items: EnvironmentView[]; next: string | null }> {
  const { cursor, limit, ...filter } = parse(environmentPage, input)
  const { prisma } = ctx.db
  const seen = seenProjects(actor)
  const { items, next } = pageById(await findEnvironmentIds(prisma, { ...filter, seen }), { cursor, limit })
  const rows = await findEnvironments(prisma, { ids: items.map(({ id }) => id), seen })
  return { items: await views(prisma, actor, rows), next }
}
