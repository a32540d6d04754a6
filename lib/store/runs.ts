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

/** Of each of the environments the newest `limit` of the last `days` days, oldest first. (`now()`: an index takes no time that changes.) */
export async function findRuns(
  pool: Pool,
  query: { environmentIds: string[]; days: number; limit: number },
): Promise<RunRow[]> {
  const { rows } = await pool.query<RunRow>(
    `WITH recent AS (
       SELECT d.* FROM unnest($1::text[]) e("id"), LATERAL (
         SELECT "environmentId", "id", "number", "status", "createdAt", "startedAt", "finishedAt" FROM "Deployment"
         WHERE "environmentId" = e."id" AND "createdAt" > now() - make_interval(days => $2)
         ORDER BY "createdAt" DESC LIMIT $3
       ) d
     )
     SELECT r."environmentId", r."id", r."number", r."status", r."createdAt", r."startedAt", r."finishedAt",
       now."step", now."name" AS "stepName", now."of" AS "steps"
     FROM recent r
     -- Plans are large: only those of what is running are opened.
     LEFT JOIN LATERAL (
       SELECT began."step", s->>'name' AS "name",
         (SELECT count(*)::int FROM jsonb_array_elements(g->'steps') m WHERE m->>'phase' = 'main') AS "of"
       FROM (
         SELECT e."data"->>'segment' AS "segment", (e."data"->>'step')::int AS "step",
           (SELECT d."plan" FROM "Deployment" d WHERE d."id" = r."id") AS "plan"
         FROM "Event" e
         WHERE r."status" = 'running' AND e."deploymentId" = r."id" AND e."type" = 'step.began' ORDER BY e."seq" DESC LIMIT 1
       ) began, jsonb_array_elements(began."plan"->'segments') g, jsonb_array_elements(g->'steps') s
       WHERE g->>'name' = began."segment" AND (s->>'n')::int = began."step" LIMIT 1
     ) now ON true
     ORDER BY r."environmentId", r."number"`,
    [query.environmentIds, query.days, query.limit],
  )
  return rows
}
