// What people wish of a deployment that is there: to end it, to let it go on, to wait no longer. Each is an event, which the worker
// that flies it hears of.
import type { PoolClient } from 'pg'
import { reduce } from '@/lib/deploy/reducer.ts'
import type { DeploymentState } from '@/lib/deploy/reducer.ts'
import { isFinished } from '@/lib/deploy/status.ts'
import type { DeploymentStatus } from '@/lib/deploy/types.ts'
import { PanelError } from '@/lib/errors.ts'
import type { Database } from './database.ts'
import { appendEvents, readEvents, storableJson } from './events.ts'
import type { LockedDeployment } from './events.ts'
import { inTransaction } from './transaction.ts'

/** `by` as stored: `user:<id>`, `token:<id>` or `system:<why>`; `byName` for people. */
type Wish = { deploymentId: string; by: string; byName: string }
type Wished = LockedDeployment & { cancelRequestedAt: Date | null; isFleet: boolean }

/**
 * Ends a queued deployment, or asks the worker to end a running one; asking twice changes nothing. `keep`: whether what has taken
 * effect by then stays, or what was before is put back; undefined = what is usual there.
 * @throws PanelError not_found; conflict when it has finished.
 */
export function requestCancel(
  db: Database,
  { keep, ...wish }: Wish & { keep?: boolean | undefined },
): Promise<DeploymentStatus> {
  const choice = keep === undefined ? {} : { keep }
  return locked(db, wish, async (client, deployment) => {
    refuseFinished(deployment)
    if (deployment.cancelRequestedAt) return deployment.status
    await appendEvents(client, deployment, [{ type: 'cancel.requested', data: { by: wish.byName, ...choice } }])
    if (deployment.status === 'queued')
      await appendEvents(client, deployment, [{ type: 'finished', data: { status: 'cancelled', failure: null } }])
    await noteWish(client, wish, 'deployment.cancel', deployment.id, choice)
    await tellWorkers(client, deployment)
    return deployment.status
  })
}

/**
 * Somebody has seen the first of several servers: the others follow now. Asking twice changes nothing.
 * @throws PanelError not_found; conflict when it has finished, is being cancelled, or waits for nothing.
 */
export function letOthersFollow(db: Database, wish: Wish): Promise<void> {
  return locked(db, wish, async (client, deployment) => {
    refuseFinished(deployment)
    if (deployment.cancelRequestedAt) throw new PanelError('conflict', 'The deployment is being cancelled.')
    const state = reduce(await readEvents(client, deployment.id))
    if (!state.waiting) {
      if (state.continued) return
      throw new PanelError('conflict', 'The deployment doesn’t wait for anybody.')
    }
    await appendEvents(client, deployment, [{ type: 'continued', data: { by: wish.byName } }])
    await noteWish(client, wish, 'deployment.continue', deployment.id, {})
    await tellWorkers(client, deployment)
  })
}

/**
 * Ends the wait for a server that can’t be reached: for all that the deployment waits for, after a cancel, or for the one of a
 * target, which the others of several then do without. What it does on its own stays unknown until the next deployment, which
 * ends it. @throws PanelError not_found; conflict when nobody waits (for it), or no cancel was wished where one has to be.
 */
export function giveUp(db: Database, wish: Wish & { targetId?: string }): Promise<void> {
  return locked(db, wish, async (client, deployment) => {
    const state = reduce(await readEvents(client, deployment.id))
    const targetId = deployment.isFleet ? wish.targetId : undefined
    if (isGivenUp(state, targetId)) return
    const looked = state.segments.find((one) => one.looking && (wish.targetId ?? one.targetId) === one.targetId)
    if (isFinished(state.status) || !looked || (targetId === undefined && !state.cancel))
      throw new PanelError(
        'conflict',
        deployment.isFleet && wish.targetId !== undefined
          ? 'Only a server that can’t be reached can be given up.'
          : 'Only a cancelled deployment whose server can’t be reached can be given up.',
      )
    const target = targetId === undefined ? {} : { targetId }
    await appendEvents(client, deployment, [{ type: 'given.up', data: { by: wish.byName, ...target } }])
    const about = targetId === undefined ? {} : { server: looked.server }
    await noteWish(client, wish, 'deployment.give-up', deployment.id, about)
    await tellWorkers(client, deployment)
  })
}

function isGivenUp(state: DeploymentState, targetId: string | undefined): boolean {
  if (targetId === undefined) return state.givenUp !== null
  return state.givenUpTargets.some((one) => one.targetId === targetId)
}

/** Nothing else is written about this deployment meanwhile. */
function locked<T>(
  db: Database,
  { deploymentId }: Wish,
  work: (client: PoolClient, deployment: Wished) => Promise<T>,
): Promise<T> {
  return inTransaction(db.pool, async (client) => {
    const { rows } = await client.query<Wished>(
      `SELECT "id", "environmentId", "nextSeq", "status", "cancelRequestedAt", "plan"->'fleet' IS NOT NULL AS "isFleet"
       FROM "Deployment" WHERE "id" = $1 FOR UPDATE`,
      [deploymentId],
    )
    if (!rows[0]) throw new PanelError('not_found', 'There is no such deployment.')
    return work(client, rows[0])
  })
}

function refuseFinished({ status }: Wished): void {
  if (isFinished(status)) throw new PanelError('conflict', `The deployment has already ${ending[status]}.`)
}

async function tellWorkers(client: PoolClient, { id }: Wished): Promise<void> {
  await client.query(`SELECT pg_notify('fairlead_queue', $1)`, [id])
}

const ending: Record<DeploymentStatus, string> = {
  queued: 'been queued',
  running: 'begun',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'been cancelled',
  superseded: 'been superseded',
}

/** The audit entry of a wish, in the transaction that grants it. */
export async function noteWish(
  client: PoolClient,
  who: { by: string; byName: string },
  action: string,
  deploymentId: string,
  data: object,
): Promise<void> {
  await client.query(
    `INSERT INTO "AuditEntry" ("actor", "actorName", "action", "subject", "data", "projectId")
     SELECT $1, $2, $3, $4, $5, e."projectId" FROM "Deployment" d JOIN "Environment" e ON e."id" = d."environmentId" WHERE d."id" = $6`,
    [who.by, who.byName, action, `deployment:${deploymentId}`, storableJson(data), deploymentId],
  )
}

/** `continued`: the servers after the first may follow. `givenUpTargets`: nobody waits for these. */
export type FleetWishes = { continued: boolean; givenUpTargets: string[] }

export async function readFleetWishes(db: Database, deploymentId: string): Promise<FleetWishes> {
  const { rows } = await db.pool.query<{ type: string; targetId: string | null }>(
    `SELECT "type", "data"->>'targetId' AS "targetId" FROM "Event"
     WHERE "deploymentId" = $1 AND "type" IN ('continued', 'given.up')`,
    [deploymentId],
  )
  return {
    continued: rows.some(({ type }) => type === 'continued'),
    givenUpTargets: rows.flatMap(({ type, targetId }) => (type === 'given.up' && targetId !== null ? [targetId] : [])),
  }
}
