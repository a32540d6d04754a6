// Deliveries as workers see them: those that are waiting are a queue. Taking one is a lease: a worker that dies leaves it to others, and
// doing one twice changes nothing, as what is decided is decided over what the repository and the environment are by then.
import { randomUUID } from 'node:crypto'
import type { PoolClient } from 'pg'
import type { Outcome, Told } from '@/lib/spec/push.ts'
import type { Database } from './database.ts'
import { storableJson } from './events.ts'
import { inTransaction } from './transaction.ts'

export type TakenDelivery = {
  id: string
  projectId: string
  webhookId: string | null
  told: unknown
  attempts: number
  receivedAt: Date
}

/** How long they are somebody's without renewal, and how often to renew that. */
const leaseSeconds = 15
export const renewEveryMs = 4_000
/** So many pushes are looked at together. */
const atOnce = 500

/**
 * All due deliveries of one project: of those that nobody is at, the one whose oldest is due for the longest. [] = nothing is due. A
 * repository that keeps somebody waiting so keeps nobody else.
 */
export function takeDeliveries(db: Database): Promise<TakenDelivery[]> {
  return inTransaction(db.pool, async (client) => {
    // Two at once wouldn't see what the other takes, and both be at one project.
    await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('deliveries', 0))`)
    return takeDue(client)
  })
}

async function takeDue(client: PoolClient): Promise<TakenDelivery[]> {
  const { rows } = await client.query<TakenDelivery>(
    `WITH free AS (
       SELECT "id", "projectId", "dueAt" FROM "Delivery" WHERE "state" = 'waiting' AND "dueAt" <= clock_timestamp()
         AND ("leaseUntil" IS NULL OR "leaseUntil" < clock_timestamp())
         AND NOT EXISTS (SELECT 1 FROM "Delivery" b WHERE b."projectId" = "Delivery"."projectId" AND b."state" = 'waiting'
           AND b."leaseUntil" >= clock_timestamp())
     ), mine AS (
       SELECT d."id" FROM "Delivery" d JOIN free USING ("id")
       WHERE d."projectId" = (SELECT "projectId" FROM free ORDER BY "dueAt" LIMIT 1)
         AND d."state" = 'waiting' AND (d."leaseUntil" IS NULL OR d."leaseUntil" < clock_timestamp())
       ORDER BY d."receivedAt" LIMIT $2 FOR UPDATE OF d SKIP LOCKED
     )
     UPDATE "Delivery" SET "leaseUntil" = clock_timestamp() + make_interval(secs => $1), "attempts" = "attempts" + 1
     WHERE "id" IN (SELECT "id" FROM mine) RETURNING "id", "projectId", "webhookId", "told", "attempts", "receivedAt"`,
    [leaseSeconds, atOnce],
  )
  return rows.sort((one, other) => one.receivedAt.getTime() - other.receivedAt.getTime())
}

type Lease = Pick<TakenDelivery, 'id' | 'attempts'>

/** They stay with whoever took them; what somebody else has taken since stays with them. */
export async function renewDeliveries(db: Database, taken: readonly Lease[]): Promise<void> {
  await db.pool.query(
    `UPDATE "Delivery" d SET "leaseUntil" = clock_timestamp() + make_interval(secs => $1)
     FROM unnest($2::text[], $3::int[]) AS t("id", "attempts")
     WHERE d."id" = t."id" AND d."attempts" = t."attempts" AND d."state" = 'waiting' AND d."leaseUntil" IS NOT NULL`,
    [leaseSeconds, taken.map(({ id }) => id), taken.map(({ attempts }) => attempts)],
  )
}

/** What came of it; it is looked at no more. Nothing, when somebody else has taken it since. */
export async function handled(db: Database, { id, attempts }: Lease, outcomes: readonly Outcome[]): Promise<void> {
  await db.pool.query(
    `UPDATE "Delivery" SET "state" = 'handled', "leaseUntil" = NULL, "handledAt" = clock_timestamp(), "outcomes" = $3
     WHERE "id" = $1 AND "attempts" = $2 AND "state" = 'waiting' AND "leaseUntil" IS NOT NULL`,
    [id, attempts, storableJson(outcomes)],
  )
}

/** It is looked at again after so long, and until then says why. Nothing, when somebody else has taken it since. */
export async function putOff(
  db: Database,
  { id, attempts }: Lease,
  afterMs: number,
  outcomes: readonly Outcome[],
): Promise<void> {
  await db.pool.query(
    `UPDATE "Delivery" SET "leaseUntil" = NULL, "dueAt" = clock_timestamp() + make_interval(secs => $3), "outcomes" = $4
     WHERE "id" = $1 AND "attempts" = $2 AND "state" = 'waiting' AND "leaseUntil" IS NOT NULL`,
    [id, attempts, afterMs / 1_000, storableJson(outcomes)],
  )
}

/**
 * A look of Fairlead's own at the repository, as if somebody had told of it; the same key is one delivery, looked at again at most once a
 * minute, or not (`isOnce`).
 */
export async function addDelivery(
  db: Database,
  own: { projectId: string; key: string; event: string; words: string; told: Told; isOnce?: boolean },
): Promise<void> {
  const { projectId, key, event, words, told, isOnce = false } = own
  await db.pool.query(
    `WITH made AS (
       INSERT INTO "Delivery" ("id", "projectId", "key", "event", "verdict", "reason", "words", "told", "state")
       VALUES ($1, $2, $3, $4, 'accepted', 'own', $5, $6, 'waiting')
       ON CONFLICT ("projectId", "key") DO UPDATE SET "state" = 'waiting', "dueAt" = clock_timestamp(), "attempts" = 0
       WHERE NOT $7 AND "Delivery"."state" = 'handled' AND "Delivery"."handledAt" < clock_timestamp() - interval '1 minute' RETURNING "id"
     ) SELECT pg_notify('fairlead_push', "id") FROM made`,
    [randomUUID(), projectId, key, event, words, storableJson(told), isOnce],
  )
}
