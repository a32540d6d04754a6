// Questions of the web to a worker. One row each: asked → taken → answered or refused.
import type { Database } from './database.ts'
import { storableJson } from './events.ts'

/** `leftMs`: until the deadline, by the database's clock; workers' own may differ. */
export type Ask = { id: string; kind: string; input: unknown; leftMs: number }
export type AskRefusal = { code: string; message: string; details?: unknown }

/** Takes the oldest open question whose deadline isn't over; no two workers get the same. */
export async function takeAsk(db: Database): Promise<Ask | null> {
  const { rows } = await db.pool.query<Ask>(
    `UPDATE "Ask" SET "state" = 'taken' WHERE "id" = (
       SELECT "id" FROM "Ask" WHERE "state" = 'asked' AND "deadlineAt" > clock_timestamp()
       ORDER BY "createdAt" LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING "id", "kind", "input", (extract(epoch FROM "deadlineAt" - clock_timestamp()) * 1000)::float8 AS "leftMs"`,
  )
  return rows[0] ?? null
}

/** Stores the answer and wakes whoever waits. */
export async function answerAsk(db: Database, id: string, answer: unknown): Promise<void> {
  await finish(db, id, 'answered', answer, null)
}

/** Stores why there is no answer. */
export async function refuseAsk(db: Database, id: string, error: AskRefusal): Promise<void> {
  await finish(db, id, 'refused', null, error)
}

async function finish(
  db: Database,
  id: string,
  state: string,
  answer: unknown,
  error: AskRefusal | null,
): Promise<void> {
  await db.pool.query(
    `WITH done AS (
       UPDATE "Ask" SET "state" = $2, "answer" = $3, "error" = $4, "answeredAt" = clock_timestamp() WHERE "id" = $1 RETURNING "id"
     ) SELECT pg_notify('fairlead_answer', "id") FROM done`,
    [id, state, answer === null ? null : storableJson(answer), error && storableJson(error)],
  )
}
