// Deliveries as they come in: each is one row whatever is sent how often, and what nobody reads any more goes.
import { randomUUID } from 'node:crypto'
import type { Provider, Told } from '@/lib/spec/push.ts'
import type { Database } from './database.ts'
import { storableJson } from './events.ts'

export type ReceivingWebhook = {
  id: string
  projectId: string
  provider: Provider
  repositoryUrl: string
  secret: Buffer
  previousSecret: Buffer | null
  previousUntil: Date | null
}

export async function findReceiving(db: Database, id: string): Promise<ReceivingWebhook | null> {
  const { rows } = await db.pool.query<ReceivingWebhook>(
    `SELECT w."id", w."projectId", w."provider", p."repositoryUrl", w."secret", w."previousSecret", w."previousUntil"
     FROM "Webhook" w JOIN "Project" p ON p."id" = w."projectId" WHERE w."id" = $1`,
    [id],
  )
  return rows[0] ?? null
}

type Row = { projectId: string; webhookId: string; event: string; reason: string; words: string }

/** Of one webhook, that nobody has looked at yet. */
export const mostWaiting = 2_000

/** The tries of the workers are over, and nothing came of it. */
const gaveUp = `"Delivery"."state" = 'handled' AND "Delivery"."outcomes" @> ANY (ARRAY['[{"outcome":"failed"}]', '[{"outcome":"unknown_commit"}]']::jsonb[])`

/**
 * Keeps it and, if it told of anything, tells the workers in the same statement: what is gone isn't deployed, but something of it may
 * wait. `known`: it came in before, unless the workers gave it up: that one is looked at once more; `backlog`: so many wait already that
 * it isn't kept.
 */
export async function storeReceived(
  db: Database,
  row: Row & { key: string; verdict: 'accepted' | 'ignored'; told: Told | null },
): Promise<'new' | 'known' | 'backlog'> {
  const { rowCount } = await db.pool.query(
    `WITH made AS (
       INSERT INTO "Delivery" ("id", "projectId", "webhookId", "key", "event", "verdict", "reason", "words", "told", "state", "handledAt")
       SELECT $1, "projectId", "id", $4, $5, $6, $7, $8, $9, $10, CASE WHEN $10 = 'handled' THEN clock_timestamp() END
       FROM "Webhook" WHERE "id" = $3 AND "projectId" = $2 AND ($10 <> 'waiting' OR $11 > (
         SELECT count(*) FROM (SELECT 1 FROM "Delivery" WHERE "webhookId" = $3 AND "state" = 'waiting' LIMIT $11) w
       ))
       ON CONFLICT ("projectId", "key") DO UPDATE
       SET "state" = 'waiting', "attempts" = 0, "dueAt" = clock_timestamp(), "handledAt" = NULL
       WHERE EXCLUDED."state" = 'waiting' AND ${gaveUp} RETURNING "id"
     ) SELECT CASE WHEN $10 = 'waiting' THEN pg_notify('fairlead_push', "id") END FROM made`,
    [
      randomUUID(),
      row.projectId,
      row.webhookId,
      row.key,
      row.event,
      row.verdict,
      row.reason,
      row.words,
      row.told === null ? null : storableJson(row.told),
      row.told === null ? 'handled' : 'waiting',
      mostWaiting,
    ],
  )
  if (rowCount === 1) return 'new'
  const known = await db.pool.query(
    `SELECT 1 FROM "Delivery" WHERE "projectId" = $1 AND "key" = $2 AND NOT (${gaveUp})`,
    [row.projectId, row.key],
  )
  return known.rowCount === 1 ? 'known' : 'backlog'
}

const refusedAMinute = 30
const refusedInAll = 200

/** Of what was refused only so much is kept: anybody can send it. */
export async function storeRefused(db: Database, row: Row): Promise<void> {
  const id = randomUUID()
  const { rowCount } = await db.pool.query(
    `INSERT INTO "Delivery" ("id", "projectId", "webhookId", "key", "event", "verdict", "reason", "words", "handledAt")
     SELECT $1, "projectId", "id", $4, $5, 'refused', $6, $7, clock_timestamp() FROM "Webhook"
     WHERE "id" = $3 AND "projectId" = $2 AND $8 > (
       SELECT count(*) FROM "Delivery"
       WHERE "webhookId" = $3 AND "verdict" = 'refused' AND "receivedAt" > clock_timestamp() - interval '1 minute'
     )`,
    [
      id,
      row.projectId,
      row.webhookId,
      `${row.webhookId} refused ${id}`,
      row.event,
      row.reason,
      row.words,
      refusedAMinute,
    ],
  )
  if (rowCount === 1)
    await db.pool.query(
      `DELETE FROM "Delivery" WHERE "id" IN (
         SELECT "id" FROM "Delivery" WHERE "webhookId" = $1 AND "verdict" = 'refused' ORDER BY "receivedAt" DESC OFFSET $2
       )`,
      [row.webhookId, refusedInAll],
    )
}

const keptDays = 30
const keptInAll = 2_000

/** Forgets what came in long ago, or so much ago; what workers still have to look at stays. */
export async function forgetReceived(db: Database, webhookId: string): Promise<void> {
  await db.pool.query(
    `DELETE FROM "Delivery" WHERE "webhookId" = $1 AND "state" = 'handled' AND "verdict" <> 'refused' AND (
       "receivedAt" < clock_timestamp() - make_interval(days => $2) OR "id" IN (
         SELECT "id" FROM "Delivery" WHERE "webhookId" = $1 AND "verdict" <> 'refused' ORDER BY "receivedAt" DESC OFFSET $3
       )
     )`,
    [webhookId, keptDays, keptInAll],
  )
}
