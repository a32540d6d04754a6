// Who flies a deployment. The row is the queue; a claim is an attempt number, a lease by the database's clock, and an
// epoch that servers remember. Whoever lost a claim can write nothing more.
import type { Database } from './database.ts'
import { appendEvents } from './events.ts'
import type { LockedDeployment } from './events.ts'
import { inTransaction } from './transaction.ts'
import type { NewEvent } from '@/lib/deploy/events.ts'
import type { DeploymentStatus } from '@/lib/deploy/types.ts'
import type { PoolClient } from 'pg'

/** `isTakeOver`: a worker had begun already. */
export type Claim = {
  deploymentId: string
  environmentId: string
  number: number
  attempt: number
  epoch: bigint
  isTakeOver: boolean
}

/** Another worker holds the deployment now, or it has finished: stop at once, write nothing, touch no server. */
export class LostClaim extends Error {
  constructor(deploymentId: string) {
    super(`the claim on deployment ${deploymentId} is lost`)
    this.name = 'LostClaim'
  }
}

/** How long a claim lasts without renewal, and how often to renew it. */
export const leaseMs = 4_000
export const renewEveryMs = 1_000

/** Takes the next deployment that may run: the oldest unfinished one of its environment, queued or with its lease run out. */
export async function claim(db: Database, worker: string): Promise<Claim | null> {
  return inTransaction(db.pool, async (client) => {
    const { rows } = await client.query<{ id: string; status: DeploymentStatus }>(
      `SELECT d."id", d."status" FROM "Deployment" d
       WHERE (d."status" = 'queued' OR (d."status" = 'running' AND (d."leaseUntil" IS NULL OR d."leaseUntil" < clock_timestamp())))
         AND NOT EXISTS (SELECT 1 FROM "Deployment" o WHERE o."environmentId" = d."environmentId"
                         AND o."status" IN ('queued', 'running') AND o."number" < d."number")
       ORDER BY d."createdAt" LIMIT 1 FOR UPDATE OF d SKIP LOCKED`,
    )
    const found = rows[0]
    if (!found) return null
    const claimed = await client.query<{
      id: string
      environmentId: string
      number: number
      attempt: number
      epoch: string
      nextSeq: number
    }>(
      `UPDATE "Deployment" SET "status" = 'running', "claimedBy" = $2, "attempt" = "attempt" + 1, "epoch" = nextval('fairlead_epoch'),
         "leaseUntil" = clock_timestamp() + make_interval(secs => $3), "startedAt" = COALESCE("startedAt", clock_timestamp())
       WHERE "id" = $1 RETURNING "id", "environmentId", "number", "attempt", "epoch"::text, "nextSeq"`,
      [found.id, worker, leaseMs / 1000],
    )
    const row = claimed.rows[0]!
    const locked: LockedDeployment = {
      id: row.id,
      environmentId: row.environmentId,
      nextSeq: row.nextSeq,
      status: 'running',
    }
    await appendEvents(client, locked, [{ type: 'claimed', data: { worker, attempt: row.attempt, epoch: row.epoch } }])
    return {
      deploymentId: row.id,
      environmentId: row.environmentId,
      number: row.number,
      attempt: row.attempt,
      epoch: BigInt(row.epoch),
      isTakeOver: found.status === 'running',
    }
  })
}

/** Makes the lease last again; says what people wish for the deployment. @throws LostClaim */
export async function renew(db: Database, held: Claim): Promise<{ cancelRequested: boolean; givenUp: boolean }> {
  const { rows } = await db.pool.query<{ cancelRequested: boolean; givenUp: boolean }>(
    `UPDATE "Deployment" SET "leaseUntil" = clock_timestamp() + make_interval(secs => $3)
     WHERE "id" = $1 AND "attempt" = $2 AND "status" = 'running' RETURNING "cancelRequestedAt" IS NOT NULL AS "cancelRequested",
       "cancelRequestedAt" IS NOT NULL AND EXISTS (SELECT 1 FROM "Event" WHERE "deploymentId" = $1 AND "type" = 'given.up' AND "data"->>'targetId' IS NULL) AS "givenUp"`,
    [held.deploymentId, held.attempt, leaseMs / 1000],
  )
  if (!rows[0]) throw new LostClaim(held.deploymentId)
  return rows[0]
}

/** Lets another worker take over at once; nothing happens when the claim was lost already. */
export async function letGo(db: Database, held: Claim): Promise<void> {
  await db.pool.query(
    `WITH freed AS (UPDATE "Deployment" SET "leaseUntil" = NULL WHERE "id" = $1 AND "attempt" = $2 AND "status" = 'running' RETURNING "id")
     SELECT pg_notify('fairlead_queue', "id") FROM freed`,
    [held.deploymentId, held.attempt],
  )
}

/** A transaction of the holder of a claim; `client` is for further statements of the same transaction. */
export type ClaimedWrite = {
  client: PoolClient
  deployment: LockedDeployment
  append(...events: NewEvent[]): Promise<void>
}

/** Runs `work` in one transaction while the claim is the newest and the deployment unfinished. @throws LostClaim */
export async function writeAs<T>(db: Database, held: Claim, work: (write: ClaimedWrite) => Promise<T>): Promise<T> {
  return inTransaction(db.pool, async (client) => {
    const { rows } = await client.query<LockedDeployment & { attempt: number }>(
      `SELECT "id", "environmentId", "nextSeq", "status", "attempt" FROM "Deployment" WHERE "id" = $1 FOR UPDATE`,
      [held.deploymentId],
    )
    const row = rows[0]
    if (!row || row.attempt !== held.attempt || row.status !== 'running') throw new LostClaim(held.deploymentId)
    return work({ client, deployment: row, append: (...events) => appendEvents(client, row, events) })
  })
}

/** Brings numbers that were lost with a part of the database up to what a server remembers: the next ones are higher. */
export async function catchUp(
  { client, deployment }: ClaimedWrite,
  seen: { epoch: string; number: number },
): Promise<void> {
  await client.query(
    `SELECT setval('fairlead_epoch', GREATEST($1::bigint, (SELECT "last_value" FROM "fairlead_epoch")))`,
    [seen.epoch],
  )
  await client.query(`UPDATE "Environment" SET "nextNumber" = GREATEST("nextNumber", $2 + 1) WHERE "id" = $1`, [
    deployment.environmentId,
    seen.number,
  ])
}
