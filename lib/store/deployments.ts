// Requests for deployments, and the wish to end one. Everything a worker writes goes through claims.ts.
import { randomUUID } from 'node:crypto'
import { PanelError } from '@/lib/errors.ts'
import { reduce } from '@/lib/deploy/reducer.ts'
import { isFinished } from '@/lib/deploy/status.ts'
import type { DeploymentStatus, PlanKind } from '@/lib/deploy/types.ts'
import type { PoolClient } from 'pg'
import type { Database } from './database.ts'
import { appendEvents, readEvents, storableJson } from './events.ts'
import type { LockedDeployment } from './events.ts'
import { holdOf } from './holds.ts'
import type { Hold } from './holds.ts'
import { inTransaction } from './transaction.ts'

export type DeploymentSource =
  | { type: 'git'; ref: string; commit?: string }
  | { type: 'release'; number: number }
  | { type: 'variables'; number: number }
  /** `number`: how many revisions of files there were when it was asked for. */
  | { type: 'files'; number: number }
/** `by` as stored: `user:<id>`, `token:<id>` or `system:<why>`; `byName` for people. */
type DeploymentRequest = {
  environmentId: string
  kind: PlanKind
  source: DeploymentSource
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
 * @throws PanelError not_found: no such environment; conflict: `onlyWhenIdle`, and one is under way, or it is held.
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
    const id = randomUUID()
    const source = storableJson(request.source)
    await client.query(`UPDATE "Environment" SET "nextNumber" = "nextNumber" + 1 WHERE "id" = $1`, [
      request.environmentId,
    ])
    await client.query(
      `INSERT INTO "Deployment" ("id", "environmentId", "number", "kind", "source", "requestedBy", "requestedByName", "idempotencyKey", "expectedHash")
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
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
      ],
    )
    const locked: LockedDeployment = { id, environmentId: request.environmentId, nextSeq: 1, status: 'queued' }
    const { kind, byName } = request
    await appendEvents(client, locked, [{ type: 'requested', data: { by: byName, kind, source: request.source } }])
    await audit(client, request, `deployment.${kind}`, id, {
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

/**
 * Ends a queued deployment, or asks the worker to end a running one; asking twice changes nothing.
 * @throws PanelError not_found; conflict when it has finished.
 */
export async function requestCancel(
  db: Database,
  request: { deploymentId: string; by: string; byName: string },
): Promise<DeploymentStatus> {
  return inTransaction(db.pool, async (client) => {
    const { rows } = await client.query<LockedDeployment & { cancelRequestedAt: Date | null }>(
      `SELECT "id", "environmentId", "nextSeq", "status", "cancelRequestedAt" FROM "Deployment" WHERE "id" = $1 FOR UPDATE`,
      [request.deploymentId],
    )
    const deployment = rows[0]
    if (!deployment) throw new PanelError('not_found', 'There is no such deployment.')
    if (isFinished(deployment.status))
      throw new PanelError('conflict', `The deployment has already ${ending[deployment.status]}.`)
    if (deployment.cancelRequestedAt) return deployment.status
    await appendEvents(client, deployment, [{ type: 'cancel.requested', data: { by: request.byName } }])
    if (deployment.status === 'queued')
      await appendEvents(client, deployment, [{ type: 'finished', data: { status: 'cancelled', failure: null } }])
    await audit(client, request, 'deployment.cancel', deployment.id, {})
    await client.query(`SELECT pg_notify('fairlead_queue', $1)`, [deployment.id])
    return deployment.status
  })
}

/**
 * Ends the wait for a server that can't be reached, after a cancel. What it does on its own stays unknown until the next
 * deployment, which ends it. @throws PanelError not_found; conflict when nobody waits, or no cancel was wished.
 */
export async function giveUp(
  db: Database,
  request: { deploymentId: string; by: string; byName: string },
): Promise<void> {
  await inTransaction(db.pool, async (client) => {
    const { rows } = await client.query<LockedDeployment>(
      `SELECT "id", "environmentId", "nextSeq", "status" FROM "Deployment" WHERE "id" = $1 FOR UPDATE`,
      [request.deploymentId],
    )
    const deployment = rows[0]
    if (!deployment) throw new PanelError('not_found', 'There is no such deployment.')
    const state = reduce(await readEvents(client, deployment.id))
    if (state.givenUp) return
    if (isFinished(state.status) || !state.cancel || !state.segments.some((segment) => segment.looking))
      throw new PanelError('conflict', 'Only a cancelled deployment whose server can’t be reached can be given up.')
    await appendEvents(client, deployment, [{ type: 'given.up', data: { by: request.byName } }])
    await audit(client, request, 'deployment.give-up', deployment.id, {})
    await client.query(`SELECT pg_notify('fairlead_queue', $1)`, [deployment.id])
  })
}

const ending: Record<DeploymentStatus, string> = {
  queued: 'been queued',
  running: 'begun',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'been cancelled',
  superseded: 'been superseded',
}

async function audit(
  client: PoolClient,
  who: { by: string; byName: string },
  action: string,
  deploymentId: string,
  data: object,
) {
  await client.query(
    `INSERT INTO "AuditEntry" ("actor", "actorName", "action", "subject", "data", "projectId")
     SELECT $1, $2, $3, $4, $5, e."projectId" FROM "Deployment" d JOIN "Environment" e ON e."id" = d."environmentId" WHERE d."id" = $6`,
    [who.by, who.byName, action, `deployment:${deploymentId}`, storableJson(data), deploymentId],
  )
}
