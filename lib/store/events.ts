// Appends events and moves the projections of the deployment's own row in the same transaction; reads events back.
import type { Pool, PoolClient } from 'pg'
import type { DeploymentEvent, NewEvent } from '@/lib/deploy/events.ts'
import { eventSchemas, parseEvent } from '@/lib/deploy/events.ts'
import { moveStatus } from '@/lib/deploy/status.ts'
import type { DeploymentStatus } from '@/lib/deploy/types.ts'
import { settleHold } from './following-hold.ts'
import { writeMessages } from './messages-made.ts'

/** A deployment whose row is locked by the present transaction. `append` keeps `nextSeq` and `status` up to date. */
export type LockedDeployment = { id: string; environmentId: string; nextSeq: number; status: DeploymentStatus }

type Columns = {
  revision?: string
  planHash?: string
  commitAt?: Date
  cancelRequestedAt?: Date
  failure?: unknown
  finishedAt?: Date
}

/**
 * Adds `events` in order with the messages that they make and what they do to a pause, and tells listeners of `fairlead_deployment` once
 * the transaction commits.
 */
export async function appendEvents(
  client: PoolClient,
  deployment: LockedDeployment,
  events: readonly NewEvent[],
): Promise<void> {
  if (events.length === 0) return
  const rows = events.map(({ type, data }) => ({ type, data: eventSchemas[type].parse(data) }))
  await client.query(
    `INSERT INTO "Event" ("deploymentId", "seq", "type", "data", "at")
     SELECT $1, $2::int + place::int - 1, row->>'type', row->'data', clock_timestamp()
     FROM jsonb_array_elements($3::jsonb) WITH ORDINALITY AS given(row, place)`,
    [deployment.id, deployment.nextSeq, storableJson(rows)],
  )
  deployment.nextSeq += events.length
  const columns = projected(deployment, events)
  const names = Object.keys(columns)
  await client.query(
    `WITH told AS (SELECT pg_notify('fairlead_deployment', $4))
     UPDATE "Deployment" SET "nextSeq" = $2, "status" = $3 ${names.map((name, at) => `, "${name}" = $${at + 5}`).join('')}
     FROM told WHERE "id" = $1`,
    [
      deployment.id,
      deployment.nextSeq,
      deployment.status,
      JSON.stringify({ d: deployment.id, e: deployment.environmentId, seq: deployment.nextSeq - 1 }),
      ...Object.values(columns),
    ],
  )
  await writeMessages(client, deployment, events)
  await settleHold(client, deployment, events)
}

/** What the row of the deployment says after these events; the reducer says the same of the whole list. */
function projected(deployment: LockedDeployment, events: readonly NewEvent[]): Columns {
  const columns: Columns = {}
  for (const event of events) {
    if (event.type === 'resolved') columns.revision = event.data.revision
    if (event.type === 'planned') columns.planHash = event.data.planHash
    if (event.type === 'committed') columns.commitAt = new Date(event.data.at)
    if (event.type === 'cancel.requested') columns.cancelRequestedAt = new Date()
    if (event.type === 'finished') {
      deployment.status = moveStatus(deployment.status, event.data.status)
      columns.failure = event.data.failure === null ? null : storableJson(event.data.failure)
      columns.finishedAt = new Date()
    }
  }
  return columns
}

/** JSON that jsonb takes: it refuses NUL and lone surrogates, which a server or a commit message may well hold. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'string' ? part.replace(/[\0\p{Surrogate}]/gu, '\ufffd') : part,
  )
}

/** Events of a deployment with `seq` greater than `after`, oldest first; all of them unless there is a `limit`. */
export async function readEvents(
  pool: Pool | PoolClient,
  deploymentId: string,
  after = 0,
  limit: number | null = null,
): Promise<DeploymentEvent[]> {
  const { rows } = await pool.query<{ seq: number; at: Date; type: string; data: unknown }>(
    `SELECT "seq", "at", "type", "data" FROM "Event" WHERE "deploymentId" = $1 AND "seq" > $2 ORDER BY "seq" LIMIT $3`,
    [deploymentId, after, limit],
  )
  return rows.map(parseEvent)
}
