// The recent deployments of many environments at once, as small as the overview draws them.
import type { Pool } from 'pg'

type RunRow = {
  environmentId: string
  id: string
  number: number
  status: string
  createdAt: Date
  startedAt: Date | null
  finishedAt: Date | null
  /** Of one that is under way: number and name of the step that began last, and how many the plan has. */
  step: number | null
  stepName: string | null
  steps: number | null
}

/** Per environment the newest `limit` of the last `days` days, oldest first; one environment or all; `projects` null = of all. */
export async function findRuns(
  pool: Pool,
  query: { environmentId?: string; days: number; limit: number; projects: string[] | null },
): Promise<RunRow[]> {
  const { rows } = await pool.query<RunRow>(
    `WITH recent AS (
       SELECT d.*, row_number() OVER (PARTITION BY d."environmentId" ORDER BY d."number" DESC) AS place
       FROM "Deployment" d JOIN "Environment" v ON v."id" = d."environmentId" AND ($4::text[] IS NULL OR v."projectId" = ANY($4))
       WHERE ($1::text IS NULL OR d."environmentId" = $1) AND d."createdAt" > clock_timestamp() - make_interval(days => $2)
     )
     SELECT r."environmentId", r."id", r."number", r."status", r."createdAt", r."startedAt", r."finishedAt",
       began."step", planned."name" AS "stepName", planned."of" AS "steps"
     FROM recent r
     LEFT JOIN LATERAL (
       SELECT e."data"->>'segment' AS "segment", (e."data"->>'step')::int AS "step" FROM "Event" e
       WHERE r."status" = 'running' AND e."deploymentId" = r."id" AND e."type" = 'step.began' ORDER BY e."seq" DESC LIMIT 1
     ) began ON true
     LEFT JOIN LATERAL (
       SELECT s->>'name' AS "name", (SELECT count(*)::int FROM jsonb_array_elements(g->'steps') m WHERE m->>'phase' = 'main') AS "of"
       FROM jsonb_array_elements(r."plan"->'segments') g, jsonb_array_elements(g->'steps') s
       WHERE g->>'name' = began."segment" AND (s->>'n')::int = began."step" LIMIT 1
     ) planned ON true
     WHERE r.place <= $3 ORDER BY r."environmentId", r."number"`,
    [query.environmentId ?? null, query.days, query.limit, query.projects],
  )
  return rows
}
