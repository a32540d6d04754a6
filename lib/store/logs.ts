// Redacted output of steps in chunks, and how far each step's raw output was followed. Chunk and position are written by
// one statement, so that whoever continues neither repeats nor misses a byte.
import type { Pool } from 'pg'
import type { Claim, ClaimedWrite } from './claims.ts'
import { LostClaim } from './claims.ts'
import type { Database } from './database.ts'

/** The largest chunk of redacted text, in bytes. */
export const chunkLimit = 65_536

/** Where the log of a step stands. `hashState` is of the SHA-256 over raw bytes 0..rawOffset. */
export type LogPosition = { rawOffset: number; outOffset: number; lines: number; hashState: Uint8Array | null }
export type LogStep = { segment: string; step: number }

export const logStart: LogPosition = { rawOffset: 0, outOffset: 0, lines: 0, hashState: null }

/**
 * Adds `text` (redacted; may be empty) after `from`, and gives the new position. Raw bytes up to `rawOffset` are done
 * with by it. Several servers write at once, and the lock lets them do so one by one: ids ascend in the order in which chunks can be
 * read, and whoever has read up to one has all before it. @throws LostClaim
 */
export async function appendLog(
  db: Database,
  held: Claim,
  { segment, step }: LogStep,
  from: LogPosition,
  text: Uint8Array,
  next: { rawOffset: number; hashState: Uint8Array },
): Promise<LogPosition> {
  const pieces = chunksOf(text, from)
  const lines = from.lines + pieces.reduce((sum, piece) => sum + piece.lines, 0)
  const position = { ...next, outOffset: from.outOffset + text.length, lines }
  const { rowCount } = await db.pool.query(
    `WITH held AS (
       SELECT "id", "environmentId" FROM "Deployment" WHERE "id" = $1 AND "attempt" = $2 AND "status" = 'running'
       FOR NO KEY UPDATE
     ), chunks AS (
       INSERT INTO "LogChunk" ("deploymentId", "segment", "step", "offset", "firstLine", "lines", "bytes")
       SELECT held."id", $3, $4, piece."offset", piece."firstLine", piece."lines", piece."bytes"
       FROM held, unnest($5::bigint[], $6::int[], $7::int[], $8::bytea[]) AS piece("offset", "firstLine", "lines", "bytes")
       ORDER BY piece."offset" RETURNING "id"
     ), log AS (
       INSERT INTO "StepLog" ("deploymentId", "segment", "step", "rawOffset", "outOffset", "lines", "hashState")
       SELECT held."id", $3, $4, $9, $10, $11, $12 FROM held
       ON CONFLICT ("deploymentId", "segment", "step") DO UPDATE SET "rawOffset" = EXCLUDED."rawOffset",
         "outOffset" = EXCLUDED."outOffset", "lines" = EXCLUDED."lines", "hashState" = EXCLUDED."hashState"
       RETURNING 1
     )
     SELECT (SELECT count(*) FROM log),
       pg_notify('fairlead_deployment', json_build_object('d', held."id", 'e', held."environmentId", 'chunk', (SELECT max("id")::text FROM chunks))::text)
     FROM held`,
    [
      held.deploymentId,
      held.attempt,
      segment,
      step,
      pieces.map((piece) => piece.offset),
      pieces.map((piece) => piece.firstLine),
      pieces.map((piece) => piece.lines),
      pieces.map((piece) => Buffer.from(piece.bytes)),
      position.rawOffset,
      position.outOffset,
      position.lines,
      Buffer.from(position.hashState),
    ],
  )
  if (rowCount === 0) throw new LostClaim(held.deploymentId)
  return position
}

type Piece = { offset: number; firstLine: number; lines: number; bytes: Uint8Array }

/** Cuts text into chunks of at most 64 KiB, at the end of a line where there is one, never inside a UTF-8 character. */
function chunksOf(text: Uint8Array, from: LogPosition): Piece[] {
  const pieces: Piece[] = []
  let firstLine = from.lines
  for (let at = 0; at < text.length;) {
    const end = cutAfter(text, at)
    const bytes = text.subarray(at, end)
    const lines = newlines(bytes)
    pieces.push({ offset: from.outOffset + at, firstLine, lines, bytes })
    firstLine += lines
    at = end
  }
  return pieces
}

function cutAfter(text: Uint8Array, at: number): number {
  const limit = at + chunkLimit
  if (limit >= text.length) return text.length
  const line = text.lastIndexOf(0x0a, limit - 1)
  if (line >= at) return line + 1
  let end = limit
  while (end > limit - 4 && (text[end]! & 0xc0) === 0x80) end--
  return end
}

function newlines(bytes: Uint8Array): number {
  let count = 0
  for (const byte of bytes) if (byte === 0x0a) count++
  return count
}

/** Positions of every step of a segment that was followed. */
export async function readPositions(
  pool: Pool,
  deploymentId: string,
  segment: string,
): Promise<Map<number, LogPosition>> {
  const { rows } = await pool.query<{
    step: number
    rawOffset: string
    outOffset: string
    lines: number
    hashState: Buffer | null
  }>(
    `SELECT "step", "rawOffset", "outOffset", "lines", "hashState" FROM "StepLog" WHERE "deploymentId" = $1 AND "segment" = $2`,
    [deploymentId, segment],
  )
  return new Map(
    rows.map((row) => [
      row.step,
      {
        rawOffset: Number(row.rawOffset),
        outOffset: Number(row.outOffset),
        lines: row.lines,
        hashState: row.hashState,
      },
    ]),
  )
}

/** A stored chunk. `id` ascends over the whole deployment; `text` may begin or end inside a line. */
type StoredChunk = {
  id: string
  segment: string
  step: number
  offset: number
  firstLine: number
  lines: number
  bytes: Uint8Array
  at: Date
}

type ChunkQuery = {
  deploymentId: string
  afterChunk?: string
  segment?: string | undefined
  /** Several segments: those of a server. */
  segments?: string[] | undefined
  step?: number | undefined
  limit?: number
}

/** Chunks after `afterChunk`, oldest first; `segment`, `segments` and `step` narrow them down. */
export async function readChunks(pool: Pool, query: ChunkQuery): Promise<StoredChunk[]> {
  const { rows } = await pool.query<Omit<StoredChunk, 'offset'> & { offset: string }>(
    `SELECT "id"::text, "segment", "step", "offset", "firstLine", "lines", "bytes", "at" FROM "LogChunk"
     WHERE "deploymentId" = $1 AND "id" > $2 AND ($3::text IS NULL OR "segment" = $3) AND ($4::int IS NULL OR "step" = $4)
       AND ($6::text[] IS NULL OR "segment" = ANY ($6))
     ORDER BY "LogChunk"."id" LIMIT $5`,
    [
      query.deploymentId,
      query.afterChunk ?? '0',
      query.segment ?? null,
      query.step ?? null,
      query.limit ?? 200,
      query.segments ?? null,
    ],
  )
  return rows.map((row) => ({ ...row, offset: Number(row.offset) }))
}

/** Steps that have written something, each segment's in order. */
export async function listLoggedSteps(pool: Pool, deploymentId: string): Promise<LogStep[]> {
  const { rows } = await pool.query<LogStep>(
    `SELECT "segment", "step" FROM "StepLog" WHERE "deploymentId" = $1 AND "outOffset" > 0 ORDER BY "segment", "step"`,
    [deploymentId],
  )
  return rows
}

/** Chunks of one step that begin after byte `after`, in order. */
export async function readStepChunks(
  pool: Pool,
  { deploymentId, segment, step, after, limit }: LogStep & { deploymentId: string; after: number; limit: number },
): Promise<{ offset: number; bytes: Uint8Array }[]> {
  const { rows } = await pool.query<{ offset: string; bytes: Uint8Array }>(
    `SELECT "offset", "bytes" FROM "LogChunk"
     WHERE "deploymentId" = $1 AND "segment" = $2 AND "step" = $3 AND "offset" > $4 ORDER BY "offset" LIMIT $5`,
    [deploymentId, segment, step, after, limit],
  )
  return rows.map((row) => ({ ...row, offset: Number(row.offset) }))
}

/** Notes what the server says of the whole raw output of a step. */
export async function recordSum(
  write: ClaimedWrite,
  { segment, step }: LogStep,
  size: number,
  sha256: string,
): Promise<void> {
  await write.client.query(
    `INSERT INTO "StepLog" ("deploymentId", "segment", "step", "serverSize", "serverSha256") VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT ("deploymentId", "segment", "step") DO UPDATE SET "serverSize" = EXCLUDED."serverSize", "serverSha256" = EXCLUDED."serverSha256"`,
    [write.deployment.id, segment, step, size, sha256],
  )
}

/** What the server said of the steps of a segment that had output. */
export async function readSums(
  pool: Pool,
  deploymentId: string,
  segment: string,
): Promise<{ step: number; size: number; sha256: string }[]> {
  const { rows } = await pool.query<{ step: number; size: string; sha256: string }>(
    `SELECT "step", "serverSize" AS "size", "serverSha256" AS "sha256" FROM "StepLog"
     WHERE "deploymentId" = $1 AND "segment" = $2 AND "serverSha256" IS NOT NULL ORDER BY "step"`,
    [deploymentId, segment],
  )
  return rows.map((row) => ({ ...row, size: Number(row.size) }))
}

/** Notes whether what was received is what the server had. */
export async function recordVerified(
  write: ClaimedWrite,
  { segment, step, ok }: LogStep & { ok: boolean },
): Promise<void> {
  await write.client.query(
    `UPDATE "StepLog" SET "verified" = $4 WHERE "deploymentId" = $1 AND "segment" = $2 AND "step" = $3`,
    [write.deployment.id, segment, step, ok],
  )
}
