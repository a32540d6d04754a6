// Requests for deployments; what people wish of one afterwards is in wishes.ts. Everything a worker writes goes through claims.ts.
import { randomUUID } from 'node:crypto'
import { PanelError } from '@/lib/errors.ts'
import { formatMinute } from '@/lib/format/time.ts'
import type { DeploymentStatus, LeaveKeep, PlanKind } from '@/lib/deploy/types.ts'
import type { PoolClient } from 'pg'
import type { Database } from './database.ts'
import { appendEvents, storableJson } from './events.ts'
import type { LockedDeployment } from './events.ts'
import { freezeIn, wordsOf, type Frozen } from './freezes.ts'
import { holdFollowing, refuseWhilePaused } from './following-hold.ts'
import { holdOf } from './holds.ts'
import type { Hold } from './holds.ts'
import { inTransaction } from './transaction.ts'
import { noteWish } from './wishes.ts'

/** Ends as superseded where the commit is part of what is live by then, or (`older_or_live`) is just that. */
export type Unless = 'older' | 'older_or_live'

/** `servers`: names of those that were chosen, as they were called then; absent = all of the environment. */
export type DeploymentSource = { servers?: string[] } &
  /** `repair`: where it should be live already, and something there is not as it was deployed. */
  (
    | { type: 'git'; ref: string; commit?: string; repair?: boolean; unless?: Unless }
    | { type: 'release'; number: number; repair?: boolean }
    | { type: 'variables'; number: number }
    /** `number`: how many revisions of files there were when it was asked for. */
    | { type: 'files'; number: number }
    /** The environment leaves the one server that it is for. */
    | { type: 'leave'; keep: LeaveKeep }
  )
/** `by` as stored: `user:<id>`, `token:<id>` or `system:<why>`; `byName` for people. */
type DeploymentRequest = {
  environmentId: string
  kind: PlanKind
  source: DeploymentSource
  /** Those of the environment's targets that it is for; absent = all. */
  targetIds?: string[]
  by: string
  byName: string
  idempotencyKey?: string
  /** What a person was shown and agreed to: another plan is not flown. */
  expectedHash?: string
  /** Refused while another one of the environment is queued or running. */
  onlyWhenIdle?: boolean
  /** Although somebody holds the environment, or it lies in a freeze. */
  force?: boolean
  /** Nothing is deployed by itself from then on, as somebody did this: “rolled back to release 3”. */
  holdsPushes?: string
}

/**
 * Queues a deployment: number, row, event, audit entry and the word to workers, all or nothing. The same
 * idempotency key gives the deployment that was made with it.
 * @throws PanelError not_found: no such environment; conflict: `onlyWhenIdle`, and one is under way, or it is held or frozen, or somebody
 * rolled back and only `unless` something newer is live this is wanted, or one of the targets isn't the environment's any more.
 */
export async function createDeployment(
  db: Database,
  request: DeploymentRequest,
): Promise<{ id: string; number: number }> {
  return inTransaction(db.pool, (client) => queueDeployment(client, request))
}

/** The same in the present transaction, which locks the environment's row. */
export async function queueDeployment(
  client: PoolClient,
  request: DeploymentRequest,
): Promise<{ id: string; number: number }> {
  // The row lock of the environment puts requests in line, so the key is looked up after it.
  const environments = await client.query<{ number: number } & Parameters<typeof holdOf>[0]>(
    `SELECT "nextNumber" AS "number", "holdReason", "holdBy", "holdAt", "holdUntil"
     FROM "Environment" WHERE "id" = $1 FOR UPDATE`,
    [request.environmentId],
  )
  const environment = environments.rows[0]
  if (!environment) throw new PanelError('not_found', 'There is no such environment.')
  if (request.idempotencyKey !== undefined) {
    const { rows } = await client.query<{ id: string; number: number }>(
      `SELECT "id", "number" FROM "Deployment" WHERE "environmentId" = $1 AND "idempotencyKey" = $2`,
      [request.environmentId, request.idempotencyKey],
    )
    if (rows[0]) return rows[0]
  }
  const { number } = environment
  const now = new Date()
  const hold = holdOf(environment, now)
  if (hold && !request.force) throw held(hold)
  const freeze = await freezeIn(client, request.environmentId, now)
  if (freeze && !request.force) throw frozen(freeze)
  // Only pipelines ask so: what becomes of pushes and schedules meanwhile was judged before.
  if (request.source.type === 'git' && request.source.unless === 'older')
    await refuseWhilePaused(client, request.environmentId)
  if (request.onlyWhenIdle) await refuseWhenBusy(client, request.environmentId)
  const targetIds = request.targetIds ?? []
  await refuseStrange(client, request.environmentId, targetIds)
  const id = randomUUID()
  const source = storableJson(request.source)
  await client.query(`UPDATE "Environment" SET "nextNumber" = "nextNumber" + 1 WHERE "id" = $1`, [
    request.environmentId,
  ])
  await client.query(
    `INSERT INTO "Deployment" ("id", "environmentId", "number", "kind", "source", "requestedBy", "requestedByName", "idempotencyKey", "expectedHash", "targetIds")
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      id,
      request.environmentId,
      number,
      request.kind,
      source,
      request.by,
      request.byName,
      request.idempotencyKey ?? null,
      request.expectedHash ?? null,
      targetIds,
    ],
  )
  const locked: LockedDeployment = { id, environmentId: request.environmentId, nextSeq: 1, status: 'queued' }
  const { kind, byName } = request
  const refusal = hold ?? freeze
  await appendEvents(client, locked, [{ type: 'requested', data: { by: byName, kind, source: request.source } }])
  await noteWish(client, request, `deployment.${kind}`, id, {
    number,
    source: request.source,
    ...(refusal ? { forced: refusal.reason } : {}),
  })
  if (request.holdsPushes !== undefined) await holdFollowing(client, id, request.holdsPushes)
  await client.query(`SELECT pg_notify('fairlead_queue', $1)`, [id])
  return { id, number }
}

function held({ reason, by, until }: Hold): PanelError {
  const time = until?.toISOString() ?? null
  const end = until === null ? '' : ` until ${formatMinute(until)}`
  return new PanelError('conflict', `${by} holds this environment${end}: ${reason}`, {
    held: { reason, by, until: time },
  })
}

function frozen(freeze: Frozen): PanelError {
  const { reason, until } = freeze
  return new PanelError('conflict', wordsOf(freeze), { frozen: { reason, until: until.toISOString() } })
}

/** Whoever takes a server away holds the environment's row, too. */
async function refuseStrange(client: PoolClient, environmentId: string, targetIds: string[]): Promise<void> {
  if (targetIds.length === 0) return
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::int AS "count" FROM "Target" WHERE "environmentId" = $1 AND "id" = ANY($2)`,
    [environmentId, targetIds],
  )
  if (rows[0]?.count !== targetIds.length)
    throw new PanelError('conflict', 'A server was taken out of the environment meanwhile. Choose again.')
}

async function refuseWhenBusy(client: PoolClient, environmentId: string): Promise<void> {
  const { rows } = await client.query<{ deploymentId: string; number: number; status: DeploymentStatus }>(
    `SELECT "id" AS "deploymentId", "number", "status" FROM "Deployment"
     WHERE "environmentId" = $1 AND "status" IN ('queued', 'running') ORDER BY "number" LIMIT 1`,
    [environmentId],
  )
  if (!rows[0]) return
  const { status, ...details } = rows[0]
  const advice = 'Cancel it, or try again when it has ended.'
  throw new PanelError('conflict', `Deployment ${details.number} is ${status}. ${advice}`, details)
}
