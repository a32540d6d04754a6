// Segments that were sent, or are about to be: what a worker that takes over attaches to.
import type { Pool } from 'pg'
import type { ClaimedWrite } from './claims.ts'

/** `sent`: it may run on the server, nobody has seen its end. */
type StoredSegment = {
  name: string
  targetId: string
  state: 'sent' | 'ended' | 'lost'
  journalOffset: number
  outcome: string | null
}

/** Notes that the segment is about to be sent; sending it again (another worker, another base) keeps the row. */
export async function recordSent(write: ClaimedWrite, name: string, targetId: string): Promise<void> {
  await write.client.query(
    `INSERT INTO "SegmentRun" ("deploymentId", "name", "targetId", "state") VALUES ($1, $2, $3, 'sent')
     ON CONFLICT ("deploymentId", "name") DO NOTHING`,
    [write.deployment.id, name, targetId],
  )
}

/** Everything of the journal before `offset` has become events. */
export async function recordJournal(write: ClaimedWrite, name: string, offset: number): Promise<void> {
  await write.client.query(`UPDATE "SegmentRun" SET "journalOffset" = $3 WHERE "deploymentId" = $1 AND "name" = $2`, [
    write.deployment.id,
    name,
    offset,
  ])
}

/** The segment will not go on. */
export async function recordEnd(
  write: ClaimedWrite,
  name: string,
  state: 'ended' | 'lost',
  outcome: string,
): Promise<void> {
  await write.client.query(
    `UPDATE "SegmentRun" SET "state" = $3, "outcome" = $4 WHERE "deploymentId" = $1 AND "name" = $2`,
    [write.deployment.id, name, state, outcome],
  )
}

/** The segments of a deployment that were sent, by name. */
export async function readSegments(pool: Pool, deploymentId: string): Promise<Map<string, StoredSegment>> {
  const { rows } = await pool.query<Omit<StoredSegment, 'journalOffset'> & { journalOffset: string }>(
    `SELECT "name", "targetId", "state", "journalOffset", "outcome" FROM "SegmentRun" WHERE "deploymentId" = $1`,
    [deploymentId],
  )
  return new Map(rows.map((row) => [row.name, { ...row, journalOffset: Number(row.journalOffset) }]))
}

/** When anything of the segment was written last, by the database's clock; null = never. */
export async function readLastHeard(pool: Pool, deploymentId: string, name: string): Promise<Date | null> {
  const { rows } = await pool.query<{ at: Date | null }>(
    `SELECT max("at") AS "at" FROM "Event" WHERE "deploymentId" = $1 AND "data"->>'segment' = $2`,
    [deploymentId, name],
  )
  return rows[0]?.at ?? null
}
