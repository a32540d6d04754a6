// Workers that are alive: one row each, seen every second.
import type { Database } from './database.ts'

/** How long a worker that says nothing still counts as alive. */
const aliveMs = 5_000

/** Says that this worker is alive. */
export async function heartbeat(
  db: Database,
  worker: { id: string; hostname: string; version: string },
): Promise<void> {
  await db.pool.query(
    `INSERT INTO "Worker" ("id", "hostname", "version", "startedAt", "seenAt") VALUES ($1, $2, $3, clock_timestamp(), clock_timestamp())
     ON CONFLICT ("id") DO UPDATE SET "seenAt" = clock_timestamp()`,
    [worker.id, worker.hostname, worker.version],
  )
}

/** Removes the row of a worker that stops, and those of workers that were last seen over a day ago. */
export async function farewell(db: Database, id: string): Promise<void> {
  await db.pool.query(`DELETE FROM "Worker" WHERE "id" = $1 OR "seenAt" < clock_timestamp() - interval '1 day'`, [id])
}

/** Whether any worker is alive. */
export async function hasWorker(db: Database): Promise<boolean> {
  const { rowCount } = await db.pool.query(
    `SELECT 1 FROM "Worker" WHERE "seenAt" > clock_timestamp() - make_interval(secs => $1) LIMIT 1`,
    [aliveMs / 1000],
  )
  return rowCount !== 0
}
