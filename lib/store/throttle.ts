// Rate limits in the database: they survive a restart and hold for all web processes together.
import type { Database } from './database.ts'

type Throttled = { allowed: boolean; retryAfterSeconds: number }

/** Counts one attempt of `key` within a fixed window that its first attempt begins; more than `limit` are not allowed. */
export async function countAttempt(
  db: Database,
  key: string,
  limit: number,
  windowSeconds: number,
): Promise<Throttled> {
  const { rows } = await db.pool.query<{ count: number; left: number }>(
    `INSERT INTO "Throttle" AS t ("key", "count", "startedAt") VALUES ($1, 1, clock_timestamp())
     ON CONFLICT ("key") DO UPDATE SET
       "count" = CASE WHEN t."startedAt" < clock_timestamp() - make_interval(secs => $2) THEN 1 ELSE LEAST(t."count" + 1, 1000000) END,
       "startedAt" = CASE WHEN t."startedAt" < clock_timestamp() - make_interval(secs => $2) THEN clock_timestamp() ELSE t."startedAt" END
     RETURNING "count", EXTRACT(EPOCH FROM "startedAt" + make_interval(secs => $2) - clock_timestamp())::float8 AS "left"`,
    [key, windowSeconds],
  )
  const { count, left } = rows[0]!
  return { allowed: count <= limit, retryAfterSeconds: Math.max(1, Math.ceil(left)) }
}

/** Forgets the attempts of a key (the right password was given), and every window that began over a day ago. */
export async function forgetAttempts(db: Database, key: string): Promise<void> {
  await db.pool.query(`DELETE FROM "Throttle" WHERE "key" = $1 OR "startedAt" < clock_timestamp() - interval '1 day'`, [
    key,
  ])
}
