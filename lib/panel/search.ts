// Finding things by a few letters, with what may be done to each.
import type { z } from 'zod'
import { may, seenProjects, type Actor } from '@/lib/access.ts'
import { searchInput } from '@/lib/api/inputs-overview.ts'
import type { EnvironmentHit, SearchView } from '@/lib/api/shapes-overview.ts'
import { findEnvironments, findStandings } from '@/lib/store/environments.ts'
import * as store from '@/lib/store/search.ts'
import { parse } from './act.ts'
import type { Context } from './context.ts'
import { wordsOf } from './overview.ts'

const environmentsShown = 8
const othersShown = 5
/** So many digits of a SHA are hardly anything but one. */
const shaDigits = /^[0-9a-f]{4,64}$/

/** Only what the actor sees; servers are everybody's who sees the whole panel. PanelError: invalid. */
export async function search(ctx: Context, actor: Actor, input: z.input<typeof searchInput>): Promise<SearchView> {
  const { text, here } = parse(searchInput, input)
  const { pool } = ctx.db
  const projects = seenProjects(actor)
  const query = { projects, words: wordsOf(text), limit: othersShown }
  const sha = query.words.find((word) => shaDigits.test(word))
  const isEmpty = query.words.length === 0
  const [environments, servers, found, releases] = await Promise.all([
    searchEnvironments(ctx, actor, { ...query, limit: environmentsShown, here: await environmentHere(ctx, here) }),
    isEmpty || !may(actor, 'configure', null) ? [] : store.findServersNamed(pool, query),
    isEmpty ? [] : store.findProjectsNamed(pool, query),
    sha === undefined ? [] : store.findReleasesOf(pool, { projects, prefix: sha, limit: othersShown }),
  ])
  return { environments, servers, projects: found, releases }
}

async function environmentHere(ctx: Context, here: z.output<typeof searchInput>['here']): Promise<string | null> {
  if (!here) return null
  return 'environmentId' in here ? here.environmentId : store.environmentOf(ctx.db.pool, here.deploymentId)
}

async function searchEnvironments(
  ctx: Context,
  actor: Actor,
  query: Parameters<typeof store.findEnvironmentIds>[1],
): Promise<EnvironmentHit[]> {
  const { prisma, pool } = ctx.db
  const ids = await store.findEnvironmentIds(pool, query)
  const [rows, standings] = await Promise.all([
    findEnvironments(prisma, { ids, seen: query.projects }),
    findStandings(prisma, ids),
  ])
  return ids.flatMap((id): EnvironmentHit[] => {
    const [row, standing] = [rows.find((one) => one.id === id), standings.get(id)]
    if (!row || !standing) return []
    const { live, earlier, unfinished } = standing
    return [
      {
        id,
        project: row.project.name,
        name: row.name,
        branch: row.branch,
        projectId: row.projectId,
        servers: row.targets.map(({ server }) => server.name),
        live: live && { number: live.number, revision: live.revision, subject: live.subject },
        rollBackTo: earlier && { number: earlier.number, subject: earlier.subject },
        isBusy: unfinished !== null,
        mayDeploy: may(actor, 'deploy', row.projectId),
        mayReadVariables: may(actor, 'readVariables', row.projectId),
      },
    ]
  })
}
