// How long what people look at takes when there are a million deployments, and whether any of it reads a large table whole.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Pool, QueryConfig } from 'pg'
import { systemActor, type Context } from '@/lib/panel/context.ts'
import { getDeployment, listDeployments } from '@/lib/panel/deployments.ts'
import { getEnvironment } from '@/lib/panel/environments.ts'
import { readOverview } from '@/lib/panel/overview.ts'
import { listReleases } from '@/lib/panel/releases.ts'
import { listRuns } from '@/lib/panel/runs.ts'
import { search } from '@/lib/panel/search.ts'
import { readStatistics } from '@/lib/panel/statistics.ts'
import { listWork } from '@/lib/panel/work.ts'
import { openSecrets } from '@/lib/secrets.ts'
import { openDatabase, type Database } from '@/lib/store/database.ts'
import { migrate } from '@/scripts/migrate.ts'
import { startOwnPostgres } from '@/test/postgres.ts'
import { deployments, environments, fill } from './scale-fill.ts'

const actor = systemActor('console')
/** Tables that grow with every deployment. */
const large = new Set([
  'Deployment',
  'Release',
  'Event',
  'LogChunk',
  'StepLog',
  'SegmentRun',
  'ReleaseOnTarget',
  'AuditEntry',
])

/** `scans`: large tables that a query of it would read whole. */
export type Scaled = { name: string; ms: number[]; scans: string[] }

/** On a database of its own, which is filled first: that takes some minutes. */
export async function measureScale(times: number): Promise<Scaled[]> {
  const postgres = await startOwnPostgres('fairlead-scale')
  const db = openDatabase(postgres.url)
  try {
    await migrate(postgres.url, join(import.meta.dirname, '../prisma/migrations'))
    console.error(`${deployments} deployments of ${environments} environments …`)
    await fill(db.pool)
    return await measureFilled(db, times)
  } finally {
    await db.close()
    await postgres.stop()
  }
}

export async function measureFilled(db: Database, times: number): Promise<Scaled[]> {
  const ctx = { db, secrets: openSecrets(randomBytes(32)), settings: {} as Context['settings'] }
  const scaled: Scaled[] = []
  for (const [name, look] of Object.entries(await looks(ctx))) {
    console.error(`${name} …`)
    scaled.push(await measure(db.pool, name, look, times))
  }
  return scaled
}

type Look = (time: number) => Promise<unknown>

/** What is looked at; `time` makes each look a different one, so that nothing is only fast because it was just read. */
async function looks(ctx: Context): Promise<Record<string, Look>> {
  const ids = (await ctx.db.pool.query<{ id: string }>(`SELECT "id" FROM "Environment" ORDER BY "id"`)).rows.map(
    ({ id }) => id,
  )
  const busiest = await only(ctx, `SELECT "environmentId" AS "id" FROM "Deployment" WHERE "number" = 50000`)
  const releases = await ctx.db.pool.query<{ revision: string }>(
    `SELECT "revision" FROM "Release" TABLESAMPLE SYSTEM (0.1) LIMIT 500`,
  )
  const environmentId = (time: number) => ids[(time * 37) % ids.length]!
  const words = ['production', 'project 7 staging', 'web17', 'change number 44', 'nothing of that name']
  return {
    'overview, first page': () => readOverview(ctx, actor),
    'overview, another page': (time) => readOverview(ctx, actor, { page: 1 + (time % 40) }),
    'overview, searched': (time) => readOverview(ctx, actor, { search: words[time % words.length]! }),
    'environment and its history': async (time) => {
      const id = environmentId(time)
      await Promise.all([getEnvironment(ctx, actor, { id }), history(ctx, id)])
    },
    'history of 100,000 deployments': () => history(ctx, busiest),
    'history, far back': (time) =>
      listDeployments(ctx, actor, { environmentId: busiest, before: 90_000 - ((time * 997) % 89_000) }),
    'a deployment': async (time) => {
      const { last } = await getEnvironment(ctx, actor, { id: environmentId(time) })
      await getDeployment(ctx, actor, { id: last!.id })
    },
    'search by words': (time) => search(ctx, actor, { text: words[time % words.length]! }),
    'search by commit': (time) =>
      search(ctx, actor, { text: releases.rows[time % releases.rows.length]!.revision.slice(0, 4 + (time % 8)) }),
    'what is under way': () => listWork(ctx, actor),
    'figures of 12 weeks': (time) => readStatistics(ctx, actor, { environmentId: environmentId(time) }),
    'figures of 12 weeks, 12,000 deployments': () => readStatistics(ctx, actor, { environmentId: busiest }),
  }
}

async function history(ctx: Context, environmentId: string): Promise<void> {
  await Promise.all([
    listReleases(ctx, actor, { environmentId }),
    listDeployments(ctx, actor, { environmentId }),
    listRuns(ctx, actor, { environmentId, days: 30, limit: 60 }),
  ])
}

async function only(ctx: Context, sql: string): Promise<string> {
  return (await ctx.db.pool.query<{ id: string }>(sql)).rows[0]!.id
}

async function measure(pool: Pool, name: string, look: Look, times: number): Promise<Scaled> {
  const recorder = record(pool)
  for (let time = 0; time < 5; time += 1) await look(time)
  recorder.stop()
  const ms: number[] = []
  for (let time = 5; time < times + 5; time += 1) {
    const begun = performance.now()
    await look(time)
    ms.push(performance.now() - begun)
  }
  return { name, ms, scans: await scansOf(pool, recorder.queries) }
}

type Asked = { text: string; values: unknown[] }

/** Whatever is asked of the database through the pool until it is stopped. */
function record(pool: Pool): { queries: Asked[]; stop(): void } {
  const queries: Asked[] = []
  const original = pool.query.bind(pool)
  const note = (given: string | QueryConfig, values: unknown[] = []) =>
    queries.push(
      typeof given === 'string' ? { text: given, values } : { text: given.text, values: given.values ?? values },
    )
  pool.query = ((given: string | QueryConfig, values?: unknown[]) => {
    note(given, values)
    return (original as (given: string | QueryConfig, values?: unknown[]) => unknown)(given, values)
  }) as Pool['query']
  return {
    queries,
    stop() {
      pool.query = original
    },
  }
}

type PlanNode = { 'Node Type': string; 'Relation Name'?: string; Plans?: PlanNode[] }

async function scansOf(pool: Pool, queries: Asked[]): Promise<string[]> {
  const found = new Set<string>()
  for (const { text, values } of queries) {
    if (!/^\s*(SELECT|WITH)\b/i.test(text)) continue
    const { rows } = await pool.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(`EXPLAIN (FORMAT JSON) ${text}`, values)
    const visit = (node: PlanNode): void => {
      const table = node['Relation Name']
      if (node['Node Type'] === 'Seq Scan' && table !== undefined && large.has(table)) found.add(table)
      node.Plans?.forEach(visit)
    }
    visit(rows[0]!['QUERY PLAN'][0]!.Plan)
  }
  return [...found]
}
