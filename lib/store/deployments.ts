// Requests for deployments; what people wish of one afterwards is in wishes.ts. Everything a worker writes goes through claims.ts.
import { randomUUID } from 'node:crypto'
import { PanelError } from '@/lib/errors.ts'
import type { DeploymentStatus, LeaveKeep, PlanKind } from '@/lib/deploy/types.ts'
import type { PoolClient } from 'pg'
import type { Database } from './database.ts'
import { appendEvents, storableJson } from './events.ts'
import type { LockedDeployment } from './events.ts'
import { holdOf } from './holds.ts'
import type { Hold } from './holds.ts'
import { inTransaction } from './transaction.ts'
import { noteWish } from './wishes.ts'

export { giveUp, letOthersFollow, requestCancel } from './wishes.ts'

/** `servers`: names of those that were chosen, as they were called then; absent = all of the environment. */
export type DeploymentSource = { servers?: string[] } & (
  | { type: 'git'; ref: string; commit?: string }
  /** `repair`: where it should be live already, and something there is not as it was deployed. */
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
  /** Although somebody holds the environment. */
  force?: boolean
}

/**
 * Queues a deployment: number, row, event, audit entry and the word to workers, all or nothing. The same
 * idempotency key gives the deployment that was made with it.
 * @throws PanelError not_found: no such environment; conflict: `onlyWhenIdle`, and one is under way, or it is held, or one of the
 * targets isn't the environment's any more.
 */
export async function createDeployment(
  db: Database,
  request: DeploymentRequest,
): Promise<{ id: string; number: number }> {
  return inTransaction(db.pool, async (client) => {
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
    const hold = holdOf(environment, new Date())
    if (hold && !request.force) throw held(hold)
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
    await appendEvents(client, locked, [{ type: 'requested', data: { by: byName, kind, source: request.source } }])
    await noteWish(client, request, `deployment.${kind}`, id, {
      number,
      source: request.source,
      ...(hold ? { forced: hold.reason } : {}),
    })
    await client.query(`SELECT pg_notify('fairlead_queue', $1)`, [id])
    return { id, number }
  })
}

function held({ reason, by, until }: Hold): PanelError {
  const time = until?.toISOString() ?? null
  const end = time === null ? '' : ` until ${time.slice(0, 16).replace('T', ' ')} UTC`
  return new PanelError('conflict', `${by} holds this environment${end}: ${reason}`, {
    held: { reason, by, until: time },
  })
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
