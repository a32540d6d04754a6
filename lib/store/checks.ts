// What Git hosts said of commits: of each check the newest word counts, by the host's clock.
import type { ToldCheck } from '@/lib/spec/push.ts'
import type { Database } from './database.ts'
import { storableJson } from './events.ts'

/** An older word, or the same once more, changes nothing; hosts tell whole seconds, so what is over counts more than that it began. */
export async function keepChecks(db: Database, projectId: string, checks: readonly ToldCheck[]): Promise<void> {
  await db.pool.query(
    `INSERT INTO "CommitCheck" ("projectId", "commit", "name", "state", "at")
     SELECT DISTINCT ON (c."commit", c."name") $1, c."commit", c."name", c."state", c."at"
     FROM jsonb_to_recordset($2::jsonb) AS c("commit" text, "name" text, "state" text, "at" timestamptz)
     ORDER BY c."commit", c."name", c."at" DESC, c."state" = 'waiting'
     ON CONFLICT ("projectId", "commit", "name") DO UPDATE SET "state" = EXCLUDED."state", "at" = EXCLUDED."at"
     WHERE "CommitCheck"."at" < EXCLUDED."at" OR ("CommitCheck"."at" = EXCLUDED."at" AND "CommitCheck"."state" = 'waiting')`,
    [projectId, storableJson(checks)],
  )
}

/** By name. */
export async function checksOf(
  db: Database,
  projectId: string,
  commit: string,
): Promise<Record<string, ToldCheck['state']>> {
  const { rows } = await db.pool.query<{ name: string; state: ToldCheck['state'] }>(
    `SELECT "name", "state" FROM "CommitCheck" WHERE "projectId" = $1 AND "commit" = $2`,
    [projectId, commit],
  )
  return Object.fromEntries(rows.map(({ name, state }) => [name, state]))
}
