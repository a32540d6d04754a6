// The asking side of a question to a worker; asks.ts is the answering one.
import { randomUUID } from 'node:crypto'
import type { Database } from './database.ts'
import { storableJson } from './events.ts'

/** Adds the question and wakes the workers; returns its id. Rows of more than an hour ago are cleared away. */
export async function insertAsk(db: Database, kind: string, input: object, deadlineMs: number): Promise<string> {
  const id = randomUUID()
  await db.pool.query(`DELETE FROM "Ask" WHERE "createdAt" < clock_timestamp() - interval '1 hour'`)
  await db.pool.query(
    `WITH asked AS (
       INSERT INTO "Ask" ("id", "kind", "input", "deadlineAt") VALUES ($1, $2, $3, clock_timestamp() + make_interval(secs => $4)) RETURNING "id"
     ) SELECT pg_notify('fairlead_ask', "id") FROM asked`,
    [id, kind, storableJson(input), deadlineMs / 1000],
  )
  return id
}

export async function readAnswer(
  db: Database,
  id: string,
): Promise<{ state: string; answer: unknown; error: unknown } | null> {
  const { rows } = await db.pool.query<{ state: string; answer: unknown; error: unknown }>(
    `SELECT "state", "answer", "error" FROM "Ask" WHERE "id" = $1`,
    [id],
  )
  return rows[0] ?? null
}
