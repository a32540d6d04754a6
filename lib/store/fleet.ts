// Deployments on several servers: what people wish about one of them, and what is not known of it any more.
import type { Plan } from '@/lib/deploy/types.ts'
import type { ClaimedWrite } from './claims.ts'
import type { Database } from './database.ts'
import { storableJson } from './events.ts'

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

/** Stores another form of the plan that flies already; what it agrees to is the same. */
export async function replacePlan(write: ClaimedWrite, plan: Plan): Promise<void> {
  await write.client.query(`UPDATE "Deployment" SET "plan" = $2 WHERE "id" = $1`, [
    write.deployment.id,
    storableJson(plan),
  ])
}

/** Nobody knows what is live on the target from now on, until it is seen again. `why` is for people. */
export async function markUnknown(write: ClaimedWrite, targetId: string, why: string): Promise<void> {
  await write.client.query(
    `UPDATE "Target" SET "unknownSince" = COALESCE("unknownSince", clock_timestamp()), "unknownWhy" = $2 WHERE "id" = $1`,
    [targetId, why],
  )
}

/** By the clock that all workers share. */
export async function databaseNow(db: Database): Promise<Date> {
  const { rows } = await db.pool.query<{ now: Date }>(`SELECT clock_timestamp() AS "now"`)
  return rows[0]!.now
}
