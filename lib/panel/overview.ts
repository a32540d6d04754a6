// The first page: which environments need a person, and what each stands at.
import type { z } from 'zod'
import { seenProjects, type Actor } from '@/lib/access.ts'
import { overviewInput } from '@/lib/api/inputs-overview.ts'
import type { OverviewView } from '@/lib/api/shapes-overview.ts'
import { findEnvironments } from '@/lib/store/environments.ts'
import { countEnvironments, findPlaces } from '@/lib/store/overview.ts'
import { parse } from './act.ts'
import type { Context } from './context.ts'
import { views } from './environment-view.ts'
import { runsOf } from './runs.ts'

/** Environments on one page. */
const pageSize = 50
const days = 30
const runsShown = 20

/** A page beyond the last is the first. PanelError: invalid. */
export async function readOverview(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof overviewInput> = {},
): Promise<OverviewView> {
  const { search, page: asked } = parse(overviewInput, input)
  const { pool, prisma } = ctx.db
  const projects = seenProjects(actor)
  const read = (page: number) =>
    findPlaces(pool, { projects, words: wordsOf(search), limit: pageSize, offset: (page - 1) * pageSize })
  const [first, total] = await Promise.all([read(asked), countEnvironments(pool, projects)])
  const places = first.length === 0 && asked > 1 ? await read(1) : first
  const ids = places.map(({ id }) => id)
  const [rows, runs] = await Promise.all([
    findEnvironments(prisma, { ids, seen: projects }),
    runsOf(ctx, { environmentIds: ids, days, limit: runsShown }),
  ])
  const byId = new Map(rows.map((row) => [row.id, row]))
  const { failed = 0, running = 0, well = 0 } = places[0] ?? {}
  return {
    environments: await views(
      prisma,
      actor,
      ids.flatMap((id) => byId.get(id) ?? []),
    ),
    runs,
    counts: { failed, running, well },
    page: places === first ? asked : 1,
    pages: Math.max(1, Math.ceil((failed + running + well) / pageSize)),
    total,
  }
}

/** Words in lower case, as searches take them. */
export function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
}
