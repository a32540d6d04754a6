// Figures of one environment over the last weeks, reckoned by the database.
import type { Pool } from 'pg'

type WeekRow = {
  /** The Monday, as `2026-11-16`; null = the row about all weeks together. */
  week: string | null
  queued: number
  running: number
  succeeded: number
  failed: number
  cancelled: number
  superseded: number
  /** [median, 95th percentile] in ms. */
  duration: [number, number] | null
  leadTime: [number, number] | null
}

/** Each of the last `weeks` weeks, oldest first, then all of them together. Weeks without a run are there, too. */
export async function findWeeks(pool: Pool, environmentId: string, weeks: number): Promise<WeekRow[]> {
  const { rows } = await pool.query<WeekRow>(
    `WITH span AS (
       SELECT date_trunc('week', now() AT TIME ZONE 'UTC') - make_interval(weeks => $2 - 1) AS "first",
         date_trunc('week', now() AT TIME ZONE 'UTC') AS "last"
     ), runs AS (
       SELECT date_trunc('week', d."createdAt" AT TIME ZONE 'UTC') AS "week", d."status",
         CASE WHEN d."status" = 'succeeded' THEN extract(epoch FROM d."finishedAt" - d."startedAt") * 1000 END AS "ms",
         CASE WHEN d."status" = 'succeeded' AND d."kind" = 'deploy'
           THEN extract(epoch FROM coalesce(d."commitAt", d."finishedAt")
             - (SELECT r."committedAt" FROM "Release" r WHERE r."id" = d."releaseId")) * 1000 END AS "leadMs"
       FROM span, "Deployment" d
       WHERE d."environmentId" = $1 AND d."createdAt" >= span."first" AT TIME ZONE 'UTC'
     )
     SELECT to_char(w."week", 'YYYY-MM-DD') AS "week", ${counts},
       percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY "ms") AS "duration",
       percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY "leadMs") FILTER (WHERE "leadMs" >= 0) AS "leadTime"
     FROM span, generate_series(span."first", span."last", interval '1 week') w("week") LEFT JOIN runs USING ("week")
     GROUP BY GROUPING SETS ((w."week"), ()) ORDER BY w."week" NULLS LAST`,
    [environmentId, weeks],
  )
  return rows
}

const counts = ['queued', 'running', 'succeeded', 'failed', 'cancelled', 'superseded']
  .map((status) => `(count(*) FILTER (WHERE "status" = '${status}'))::int AS "${status}"`)
  .join(', ')

type StepRow = { name: string; runs: number; median: number; p95: number }

/** How long each step took in the last `sample` runs that succeeded, the longest median first. */
export async function findSteps(
  pool: Pool,
  environmentId: string,
  { weeks, sample }: { weeks: number; sample: number },
): Promise<StepRow[]> {
  const { rows } = await pool.query<StepRow>(
    `WITH sample AS (
       SELECT "id", "plan" FROM "Deployment"
       WHERE "environmentId" = $1 AND "status" = 'succeeded' AND "createdAt" > now() - make_interval(weeks => $2)
       ORDER BY "createdAt" DESC LIMIT $3
     ), planned AS (
       SELECT s."id", g->>'name' AS "segment", (t->>'n')::int AS "step", t->>'name' AS "name"
       FROM sample s, jsonb_array_elements(s."plan"->'segments') g, jsonb_array_elements(g->'steps') t
     ), took AS (
       SELECT e."deploymentId" AS "id", e."data"->>'segment' AS "segment", (e."data"->>'step')::int AS "step",
         max((e."data"->>'at')::float8) - min((e."data"->>'at')::float8) AS "ms"
       FROM sample s JOIN "Event" e ON e."deploymentId" = s."id" AND e."type" IN ('step.began', 'step.ended')
       GROUP BY 1, 2, 3 HAVING count(*) = 2
     )
     SELECT "name", count(*)::int AS "runs", percentile_cont(0.5) WITHIN GROUP (ORDER BY "ms") AS "median",
       percentile_cont(0.95) WITHIN GROUP (ORDER BY "ms") AS "p95"
     FROM took JOIN planned USING ("id", "segment", "step") GROUP BY "name" ORDER BY "median" DESC, "name"`,
    [environmentId, weeks, sample],
  )
  return rows
}
