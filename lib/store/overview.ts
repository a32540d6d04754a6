// Which environments need a person most, among any number of them, and what is under way right now.
import type { Pool } from 'pg'

type Place = { id: string; failed: number; running: number; well: number }
type Query = {
  /** Ids of the projects that may be seen; null = all. */
  projects: string[] | null
  /** Words in lower case; all of them have to be found. */
  words: string[]
  limit: number
  offset: number
}

/** The text that is searched. Only read when there are words: 2,000 environments have 2,000 live releases. */
const searched = `lower(concat_ws(E'\\n', p."name", e."name", p."name" || ' / ' || e."name", e."appDomain",
  (SELECT concat_ws(E'\\n', r."subject", r."revision") FROM "Release" r WHERE r."id" = e."liveReleaseId"),
  (SELECT string_agg(s."name", E'\\n') FROM "Target" t JOIN "Server" s ON s."id" = t."serverId" WHERE t."environmentId" = e."id")))`

/**
 * Ids of one page: failed first, then what is under way, then the rest, each with the last change first. The counts are those
 * of all pages; none at all beyond the last page.
 */
export async function findPlaces(pool: Pool, { projects, words, limit, offset }: Query): Promise<Place[]> {
  const { rows } = await pool.query<Place>(
    `WITH standing AS (
       SELECT e."id", coalesce(last."createdAt", e."createdAt") AS "changedAt",
         CASE WHEN busy."environmentId" IS NOT NULL THEN 2 WHEN last."status" = 'failed' THEN 1 ELSE 3 END AS "rank"
       FROM "Environment" e JOIN "Project" p ON p."id" = e."projectId"
       LEFT JOIN (SELECT DISTINCT "environmentId" FROM "Deployment" WHERE "status" IN ('queued', 'running')) busy
         ON busy."environmentId" = e."id"
       LEFT JOIN LATERAL (
         SELECT d."status", d."createdAt" FROM "Deployment" d WHERE d."environmentId" = e."id" ORDER BY d."number" DESC LIMIT 1
       ) last ON true
       WHERE ($1::text[] IS NULL OR e."projectId" = ANY($1))
         AND (cardinality($2::text[]) = 0 OR ${searched} LIKE ALL ($2))
     )
     SELECT "id", (count(*) FILTER (WHERE "rank" = 1) OVER ())::int AS "failed",
       (count(*) FILTER (WHERE "rank" = 2) OVER ())::int AS "running", (count(*) FILTER (WHERE "rank" = 3) OVER ())::int AS "well"
     FROM standing ORDER BY "rank", "changedAt" DESC, "id" LIMIT $3 OFFSET $4`,
    [projects, words.map(containing), limit, offset],
  )
  return rows
}

/** A LIKE pattern for texts that hold the word. */
export function containing(word: string): string {
  return `%${word.replace(/[\\%_]/g, '\\$&')}%`
}

export async function countEnvironments(pool: Pool, projects: string[] | null): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count(*)::int AS "count" FROM "Environment" WHERE $1::text[] IS NULL OR "projectId" = ANY($1)`,
    [projects],
  )
  return rows[0]?.count ?? 0
}

export type WorkRow = {
  id: string
  number: number
  kind: string
  status: 'queued' | 'running'
  startedAt: Date | null
  environmentId: string
  environment: string
  project: string
}

/** What is queued or running in these projects (null = in all), the oldest first, at most `limit`. */
export async function findWork(pool: Pool, projects: string[] | null, limit: number): Promise<WorkRow[]> {
  const { rows } = await pool.query<WorkRow>(
    `SELECT d."id", d."number", d."kind", d."status", d."startedAt", e."id" AS "environmentId", e."name" AS "environment", p."name" AS "project"
     FROM "Deployment" d JOIN "Environment" e ON e."id" = d."environmentId" JOIN "Project" p ON p."id" = e."projectId"
     WHERE d."status" IN ('queued', 'running') AND ($1::text[] IS NULL OR e."projectId" = ANY($1))
     ORDER BY d."createdAt" LIMIT $2`,
    [projects, limit],
  )
  return rows
}
