// What branches and tags were pushed at, as it counts for an environment: from when it followed them on.
import type { Database } from './database.ts'
import { pusher } from './following.ts'

/** So many commits are looked at again in place of a newer one. */
const passedAtMost = 5

type Place = { projectId: string; environmentId: string }
type Name = { kind: 'branch' | 'tag'; name: string }

/**
 * What pushes a branch or tag was at, by those that aren't judged yet, or were where this environment followed it, and what the environment
 * was to wait for. What was pushed before it followed anything isn't among it. $1 project, $2 environment, $3 kind, $4 name.
 */
const pushedHere = `SELECT p->>'commit' AS "commit", d."receivedAt" AS "at" FROM "Delivery" d, jsonb_array_elements(d."told"->'pushes') p
    WHERE d."projectId" = $1 AND p->>'kind' = $3 AND p->>'name' = $4
      AND (d."state" = 'waiting' OR EXISTS (SELECT 1 FROM jsonb_array_elements(d."outcomes") o
        WHERE o->>'environmentId' = $2 AND o->>'ref' = $4 AND o->>'outcome' <> 'no_rule'))
    UNION ALL
    SELECT o->>'commit', d."receivedAt" FROM "Delivery" d, jsonb_array_elements(d."outcomes") o
    WHERE d."projectId" = $1 AND o->>'environmentId' = $2 AND o->>'ref' = $4 AND o->>'outcome' = 'waits'`

/** Commits of a branch or tag that have all of these checks, and that it was pushed at since this environment follows it. Told last, first. */
export async function passedOf(
  db: Database,
  { projectId, environmentId }: Place,
  { kind, name }: Name,
  checks: readonly string[],
): Promise<string[]> {
  const { rows } = await db.pool.query<{ commit: string }>(
    `WITH passed AS (
       SELECT "commit" FROM "CommitCheck" WHERE "projectId" = $1 AND "name" = ANY ($5) AND "state" = 'passed'
       GROUP BY "commit" HAVING count(*) = cardinality($5)
     ), told AS (${pushedHere})
     SELECT "commit" FROM passed JOIN told USING ("commit") GROUP BY "commit" ORDER BY max("at") DESC LIMIT $6`,
    [projectId, environmentId, kind, name, [...new Set(checks)], passedAtMost],
  )
  return rows.map(({ commit }) => commit)
}

/** Whether a branch or tag was pushed at this commit since this environment follows it. */
export async function wasPushedHere(
  db: Database,
  { projectId, environmentId }: Place,
  { kind, name, commit }: Name & { commit: string },
): Promise<boolean> {
  const { rows } = await db.pool.query(`WITH told AS (${pushedHere}) SELECT 1 FROM told WHERE "commit" = $5 LIMIT 1`, [
    projectId,
    environmentId,
    kind,
    name,
    commit,
  ])
  return rows.length > 0
}

/** Whether a push has queued this commit here before, whatever came of it. */
export async function wasDeployedByItself(db: Database, environmentId: string, commit: string): Promise<boolean> {
  const { rows } = await db.pool.query(
    `SELECT 1 FROM "Deployment" WHERE "environmentId" = $1 AND "requestedBy" = $2 AND "source"->>'commit' = $3 LIMIT 1`,
    [environmentId, pusher, commit],
  )
  return rows.length > 0
}
