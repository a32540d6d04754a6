// What nobody asks for any more goes: looks of Fairlead's own at repositories, messages that are settled, and what Git hosts said of commits.
import type { Database } from './database.ts'

export const keptDays = { looks: 30, messages: 90, checks: 90 }
/** More are left for the next time. */
const atOnce = 20_000

/** Looks stay that say where a branch or tag was seen last: without them it would be news again. How many rows went. */
export async function forgetLooks(db: Database): Promise<number> {
  const { rowCount } = await db.pool.query(
    `WITH newest AS (
       SELECT DISTINCT ON (d."projectId", p->>'kind', p->>'name') d."id"
       FROM "Delivery" d, jsonb_array_elements(d."told"->'pushes') p WHERE d."event" = 'poll' AND d."webhookId" IS NULL
       ORDER BY d."projectId", p->>'kind', p->>'name', d."receivedAt" DESC
     )
     DELETE FROM "Delivery" WHERE "id" IN (
       SELECT "id" FROM "Delivery" WHERE "webhookId" IS NULL AND "state" = 'handled'
         AND "receivedAt" < clock_timestamp() - make_interval(days => $1) AND "id" NOT IN (SELECT "id" FROM newest)
       ORDER BY "receivedAt" LIMIT $2
     )`,
    [keptDays.looks, atOnce],
  )
  return rowCount ?? 0
}

/** Of those that were settled so long ago: their `dueAt` is when that was. */
export async function forgetMessages(db: Database): Promise<number> {
  const { rowCount } = await db.pool.query(
    `DELETE FROM "Message" WHERE "id" IN (
       SELECT "id" FROM "Message" WHERE "state" IN ('sent', 'dropped', 'failed')
         AND "dueAt" < clock_timestamp() - make_interval(days => $1) LIMIT $2
     ) AND "state" <> 'waiting'`,
    [keptDays.messages, atOnce],
  )
  return rowCount ?? 0
}

export async function forgetChecks(db: Database): Promise<number> {
  const { rowCount } = await db.pool.query(
    `DELETE FROM "CommitCheck" WHERE ("projectId", "commit", "name") IN (
       SELECT "projectId", "commit", "name" FROM "CommitCheck" WHERE "at" < clock_timestamp() - make_interval(days => $1) LIMIT $2
     )`,
    [keptDays.checks, atOnce],
  )
  return rowCount ?? 0
}
