// Projects whose Git hosts tell of pushes, and what they have told: what they didn't is found by looking.
import type { Database } from './database.ts'

/** Those with a webhook and an environment that follows something. */
export async function findTold(db: Database): Promise<string[]> {
  const { rows } = await db.pool.query<{ id: string }>(
    `SELECT p."id" FROM "Project" p WHERE EXISTS (SELECT 1 FROM "Webhook" w WHERE w."projectId" = p."id")
       AND EXISTS (SELECT 1 FROM "Environment" e WHERE e."projectId" = p."id" AND e."triggers"->>'isOn' = 'true') ORDER BY p."id"`,
  )
  return rows.map(({ id }) => id)
}

/** Branches that were ever told of, `seen` with the commits that somebody has looked at or is about to. */
export async function toldBranches(db: Database, projectId: string): Promise<Map<string, ReadonlySet<string>>> {
  const { rows } = await db.pool.query<{ name: string; seen: string[] }>(
    `SELECT p->>'name' AS "name", COALESCE(array_agg(p->>'commit') FILTER (
         WHERE d."state" = 'waiting' OR NOT d."outcomes" @> '[{"environmentId": "", "outcome": "failed"}]'), '{}') AS "seen"
     FROM "Delivery" d, jsonb_array_elements(d."told"->'pushes') p
     WHERE d."projectId" = $1 AND d."verdict" = 'accepted' AND p->>'kind' = 'branch' AND p->>'commit' IS NOT NULL GROUP BY 1`,
    [projectId],
  )
  return new Map(rows.map(({ name, seen }) => [name, new Set(seen)]))
}
