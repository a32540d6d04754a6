// Messages as workers see them: those that wait are a queue. Taking one is a lease, so that what a dead worker was sending is sent by
// another; of one deployment and channel only the oldest is taken, and of one channel one at a time, so that whoever doesn't answer
// holds up nobody else.
import type { PoolClient } from 'pg'
import { storableJson } from './events.ts'
import type { Database } from './database.ts'
import { inTransaction } from './transaction.ts'

export type TakenMessage = {
  id: string
  event: string
  attempts: number
  createdAt: Date
  /** Readers whose mail server has taken it at an earlier try, while others were refused. */
  reached: string[]
  channel: { id: string; kind: string; config: Buffer }
  deployment: TakenDeployment | null
}
type TakenDeployment = {
  id: string
  environmentId: string
  number: number
  kind: string
  source: unknown
  status: string
  revision: string | null
  failure: unknown
  /** How often a worker has taken it; 0 = it never began. */
  attempt: number
  byName: string
  environment: { id: string; name: string; slug: string }
  project: { id: string; name: string }
}

/** Longer than any try. */
const leaseSeconds = 60

/**
 * The message that is due for the longest, counted as a try; null = nothing is due. Whoever takes one sees what others have taken: two at
 * once would each find a channel free.
 */
export function takeMessage(db: Database): Promise<TakenMessage | null> {
  return inTransaction(db.pool, async (client) => {
    await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('messages', 0))`)
    await dropOlderMarks(client)
    return takeDue(client)
  })
}

async function takeDue(client: PoolClient): Promise<TakenMessage | null> {
  const { rows } = await client.query<Omit<TakenMessage, 'deployment'> & { deployment: TakenDeployment | null }>(
    `WITH mine AS (
       SELECT m."id" FROM "Message" m
       WHERE m."state" = 'waiting' AND m."dueAt" <= clock_timestamp()
         AND (m."leaseUntil" IS NULL OR m."leaseUntil" < clock_timestamp())
         AND NOT EXISTS (
           SELECT 1 FROM "Message" o WHERE o."channelId" = m."channelId" AND o."deploymentId" = m."deploymentId"
             AND o."state" = 'waiting' AND o."id" < m."id")
         AND m."channelId" NOT IN (
           SELECT s."channelId" FROM "Message" s WHERE s."state" = 'waiting' AND s."leaseUntil" >= clock_timestamp())
       ORDER BY m."dueAt", m."id" LIMIT 1 FOR UPDATE OF m SKIP LOCKED
     ), taken AS (
       UPDATE "Message" SET "leaseUntil" = clock_timestamp() + make_interval(secs => $1), "attempts" = "attempts" + 1
       WHERE "id" IN (SELECT "id" FROM mine) RETURNING *
     )
     SELECT t."id"::text, t."event", t."attempts", t."createdAt", t."reached",
       jsonb_build_object('id', c."id", 'kind', c."kind") AS "channel", c."config",
       CASE WHEN d."id" IS NOT NULL THEN jsonb_build_object(
         'id', d."id", 'environmentId', d."environmentId", 'number', d."number", 'kind', d."kind", 'source', d."source",
         'status', d."status", 'revision', COALESCE(d."revision", d."source"->>'commit', r."revision"), 'failure', d."failure", 'attempt', d."attempt",
         'byName', d."requestedByName", 'environment', jsonb_build_object('id', e."id", 'name', e."name", 'slug', e."slug"),
         'project', jsonb_build_object('id', p."id", 'name', p."name")) END AS "deployment"
     FROM taken t JOIN "Channel" c ON c."id" = t."channelId" LEFT JOIN "Deployment" d ON d."id" = t."deploymentId"
     LEFT JOIN "Release" r ON r."id" = d."releaseId"
     LEFT JOIN "Environment" e ON e."id" = d."environmentId" LEFT JOIN "Project" p ON p."id" = e."projectId"`,
    [leaseSeconds],
  )
  const [row] = rows as (TakenMessage & { config: Buffer })[]
  return row ? { ...row, channel: { ...row.channel, config: row.config } } : null
}

/** Of marks on a commit only the newest counts: older ones of the same deployment that nobody is sending aren't sent any more. */
async function dropOlderMarks(client: PoolClient): Promise<void> {
  await client.query(
    `WITH old AS (
       SELECT m."id" FROM "Message" m JOIN "Channel" c ON c."id" = m."channelId"
       WHERE m."state" = 'waiting' AND c."kind" IN ('github', 'gitlab', 'gitea')
         AND (m."leaseUntil" IS NULL OR m."leaseUntil" < clock_timestamp())
         AND EXISTS (
           SELECT 1 FROM "Message" n WHERE n."channelId" = m."channelId" AND n."deploymentId" = m."deploymentId"
             AND n."id" > m."id" AND n."state" IN ('waiting', 'sent'))
       FOR UPDATE OF m SKIP LOCKED
     )
     UPDATE "Message" SET "state" = 'dropped', "leaseUntil" = NULL, "answer" = 'A newer mark took its place.'
     WHERE "id" IN (SELECT "id" FROM old)`,
  )
}

/** Whether a later deployment of the same commit to the same environment has a mark there, or is to have one. */
export async function hasNewerMark(db: Database, message: TakenMessage, commit: string): Promise<boolean> {
  const { rowCount } = await db.pool.query(
    `SELECT 1 FROM "Message" m JOIN "Deployment" d ON d."id" = m."deploymentId" LEFT JOIN "Release" r ON r."id" = d."releaseId"
     WHERE m."channelId" = $1 AND m."id" > $2 AND m."state" IN ('waiting', 'sent') AND d."environmentId" = $3 AND d."number" > $4
       AND COALESCE(d."revision", d."source"->>'commit', r."revision") = $5 LIMIT 1`,
    [message.channel.id, message.id, message.deployment?.environmentId, message.deployment?.number, commit],
  )
  return rowCount === 1
}

/** `reached`: who has it nevertheless, and isn't sent it again. */
export type Settled =
  | { state: 'sent' | 'dropped' | 'failed'; answer: string; reached?: string[] }
  | { state: 'waiting'; answer: string; afterMs: number; reached?: string[] }

/** What came of a try; nothing, when somebody else has taken the message since. */
export async function settle(db: Database, { id, attempts }: TakenMessage, settled: Settled): Promise<void> {
  const { state, answer, reached = [] } = settled
  const afterMs = settled.state === 'waiting' ? settled.afterMs : 0
  await db.pool.query(
    `UPDATE "Message" SET "state" = $3, "answer" = $4, "leaseUntil" = NULL,
       "dueAt" = clock_timestamp() + make_interval(secs => $5),
       "sentAt" = CASE WHEN $3 = 'sent' THEN clock_timestamp() END,
       "reached" = CASE WHEN $3 = 'sent' THEN '{}' ELSE "reached" || $6::text[] END
     WHERE "id" = $1 AND "attempts" = $2 AND "state" = 'waiting' AND "leaseUntil" IS NOT NULL`,
    [id, attempts, state, JSON.parse(storableJson(answer)), afterMs / 1_000, reached],
  )
}

/** It was no try after all: what has to be known first isn't yet. */
export async function putOffMessage(db: Database, { id, attempts }: TakenMessage, afterMs: number): Promise<void> {
  await db.pool.query(
    `UPDATE "Message" SET "attempts" = "attempts" - 1, "leaseUntil" = NULL,
       "dueAt" = clock_timestamp() + make_interval(secs => $3)
     WHERE "id" = $1 AND "attempts" = $2 AND "state" = 'waiting' AND "leaseUntil" IS NOT NULL`,
    [id, attempts, afterMs / 1_000],
  )
}
