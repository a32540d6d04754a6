// Times at which environments are deployed by themselves: as people keep them, and as workers see to those that are due.
import type { PoolClient } from 'pg'
import type { Database } from './database.ts'
import type { Schedule } from './generated/client.ts'
import type { Reader } from './reader.ts'

export type ScheduleRow = Schedule

/** Oldest first. */
export function findSchedules(reader: Reader, environmentId: string): Promise<ScheduleRow[]> {
  return reader.schedule.findMany({ where: { environmentId }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] })
}

export function findSchedule(reader: Reader, id: string): Promise<ScheduleRow | null> {
  return reader.schedule.findUnique({ where: { id } })
}

type ScheduleFields = { cron: string; timeZone: string; ref: string | null; onlyNew: boolean; nextAt: Date }

export function insertSchedule(
  reader: Reader,
  fields: ScheduleFields & { environmentId: string; createdBy: string },
): Promise<ScheduleRow> {
  return reader.schedule.create({ data: fields })
}

export function changeSchedule(reader: Reader, id: string, fields: ScheduleFields): Promise<ScheduleRow> {
  return reader.schedule.update({ where: { id }, data: fields })
}

export async function deleteSchedule(reader: Reader, id: string): Promise<void> {
  await reader.schedule.delete({ where: { id } })
}

export type DueSchedule = Pick<
  ScheduleRow,
  'id' | 'environmentId' | 'cron' | 'timeZone' | 'ref' | 'onlyNew' | 'nextAt'
> & { projectId: string }

/** Those whose time has come but for `others`, the longest due first; nothing is taken yet. */
export async function findDueSchedules(db: Database, others: readonly string[]): Promise<DueSchedule[]> {
  const { rows } = await db.pool.query<DueSchedule>(
    `SELECT s."id", s."environmentId", e."projectId", s."cron", s."timeZone", s."ref", s."onlyNew", s."nextAt"
     FROM "Schedule" s JOIN "Environment" e ON e."id" = s."environmentId"
     WHERE s."nextAt" <= clock_timestamp() AND s."id" <> ALL ($1) ORDER BY s."nextAt", s."id" LIMIT 100`,
    [others],
  )
  return rows
}

/**
 * In the present transaction, which holds the environment's row: whether this time is still to be seen to, as nobody else has and nobody
 * has changed the schedule. Held until the transaction ends. `unfinished`: the number of the run that it began last, if that isn't over.
 */
export async function takeSchedule(
  client: PoolClient,
  { id, nextAt }: DueSchedule,
): Promise<{ unfinished: number | null } | null> {
  const { rows } = await client.query<{ unfinished: number | null }>(
    `SELECT (SELECT d."number" FROM "Deployment" d WHERE d."id" = s."lastId" AND d."status" IN ('queued', 'running')) AS "unfinished"
     FROM "Schedule" s WHERE s."id" = $1 AND s."nextAt" = $2 FOR UPDATE OF s SKIP LOCKED`,
    [id, nextAt],
  )
  return rows[0] ?? null
}

/** What came of a time; `deploymentId` null = nothing was queued, and the last one stays the last one. */
export async function passSchedule(
  client: PoolClient,
  id: string,
  { words, deploymentId, nextAt }: { words: string; deploymentId: string | null; nextAt: Date },
): Promise<void> {
  await client.query(
    `UPDATE "Schedule" SET "nextAt" = $2, "lastAt" = clock_timestamp(), "lastWords" = $3, "lastId" = COALESCE($4, "lastId") WHERE "id" = $1`,
    [id, nextAt, words, deploymentId],
  )
}
