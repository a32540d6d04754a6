// What environments follow by themselves: the facts that a judgement needs, and writing down what came of it, both under the lock of
// the environment's row.
import type { PoolClient } from 'pg'
import type { Waiting } from '@/lib/deploy/following.ts'
import { PanelError } from '@/lib/errors.ts'
import type { Database } from './database.ts'
import { queueDeployment } from './deployments.ts'
import { appendEvents, storableJson } from './events.ts'
import type { LockedDeployment } from './events.ts'
import { inTransaction } from './transaction.ts'

/** As rows name whoever deploys because of a push. */
export const pusher = 'system:push'

/** A run that is queued or running. `isWhole`: it is for all servers of the environment. `byPush`: no person asked for it. */
export type UnderWay = { number: number; commit: string; isWhole: boolean; byPush: boolean }

/** Commits in full. */
export type FollowingRow = {
  environmentId: string
  projectId: string
  branch: string
  triggers: unknown
  hasServer: boolean
  lastRef: string | null
  lastCommit: string | null
  lastAt: Date | null
  live: string | null
  /** What each of its servers has live; null = nothing, or nothing of ours. */
  liveOn: (string | null)[]
  /** What was live before a person put an older release back, newest first: releases after the live one that had succeeded. */
  left: string[]
  /** Oldest first; those whose commit nobody knows yet are left out. */
  underWay: UnderWay[]
  waiting: Waiting | null
  waitingSince: Date | null
  heldBy: string | null
  heldAt: Date | null
  heldWhy: string | null
  holdReason: string | null
  holdBy: string | null
  holdAt: Date | null
  holdUntil: Date | null
}

const columns = `SELECT e."id" AS "environmentId", e."projectId", e."branch", e."triggers",
    EXISTS (SELECT 1 FROM "Target" t WHERE t."environmentId" = e."id") AS "hasServer",
    f."lastRef", f."lastCommit", f."lastAt", r."revision" AS "live", f."waiting", f."waitingSince", f."heldBy", f."heldAt", f."heldWhy",
    e."holdReason", e."holdBy", e."holdAt", e."holdUntil",
    ARRAY(SELECT l."revision" FROM "Release" l WHERE l."environmentId" = e."id" AND l."number" > r."number"
      AND EXISTS (SELECT 1 FROM "Deployment" d WHERE d."releaseId" = l."id" AND d."status" = 'succeeded')
      ORDER BY l."number" DESC LIMIT 5) AS "left",
    ARRAY(SELECT o."revision" FROM "Target" t LEFT JOIN "Release" o ON o."environmentId" = e."id" AND o."name" = t."liveRelease"
      WHERE t."environmentId" = e."id" ORDER BY t."position", t."id") AS "liveOn",
    (SELECT COALESCE(json_agg(json_build_object('number', w."number", 'commit', w."commit",
        'isWhole', w."isWhole", 'byPush', w."requestedBy" = '${pusher}') ORDER BY w."number"), '[]')
      FROM (SELECT d."number", d."requestedBy", cardinality(d."targetIds") = 0 OR NOT EXISTS (SELECT 1 FROM "Target" t
          WHERE t."environmentId" = e."id" AND t."id" <> ALL (d."targetIds")) AS "isWhole", COALESCE(d."revision", d."source"->>'commit',
        CASE WHEN d."source"->>'ref' ~ '^([0-9a-f]{40}|[0-9a-f]{64})$' THEN d."source"->>'ref' END) AS "commit" FROM "Deployment" d
      WHERE d."environmentId" = e."id" AND d."status" IN ('queued', 'running') AND d."kind" = 'deploy') w
      WHERE w."commit" IS NOT NULL) AS "underWay"
  FROM "Environment" e LEFT JOIN "Following" f ON f."environmentId" = e."id" LEFT JOIN "Release" r ON r."id" = e."liveReleaseId"`

/** The environments of a project that follow something. */
export async function findFollowing(db: Database, projectId: string): Promise<FollowingRow[]> {
  const { rows } = await db.pool.query<FollowingRow>(
    `${columns} WHERE e."projectId" = $1 AND e."triggers"->>'isOn' = 'true' ORDER BY e."createdAt"`,
    [projectId],
  )
  return rows
}

/** One environment, whatever it follows; null when it is gone. */
export async function findFollowingOf(db: Database, environmentId: string): Promise<FollowingRow | null> {
  const { rows } = await db.pool.query<FollowingRow>(`${columns} WHERE e."id" = $1`, [environmentId])
  return rows[0] ?? null
}

/** `deployedSince`: the newest deployment that has succeeded since it began to wait; null = none has. */
export type WaitingRow = FollowingRow & { waiting: Waiting; waitingSince: Date; deployedSince: number | null }

/** Those in which a commit waits for something. */
export async function findWaiting(db: Database): Promise<WaitingRow[]> {
  const { rows } = await db.pool.query<WaitingRow>(
    `SELECT w.*, (SELECT max(d."number") FROM "Deployment" d WHERE d."environmentId" = w."environmentId"
       AND d."status" = 'succeeded' AND d."finishedAt" > w."waitingSince") AS "deployedSince"
     FROM (${columns} WHERE f."waiting" IS NOT NULL AND e."triggers"->>'isOn' = 'true') w`,
  )
  return rows
}

/** Whether all servers of the environment have this commit live. */
export function isLiveEverywhere({ liveOn }: FollowingRow, commit: string): boolean {
  return liveOn.length > 0 && liveOn.every((one) => one === commit)
}

/** Whether a run for all servers brings this commit. */
export function isUnderWay({ underWay }: FollowingRow, commit: string): boolean {
  return underWay.some((one) => one.isWhole && one.commit === commit)
}

/** What a judgement was made over; another one is needed when this isn't so any more. */
function isSame(one: FollowingRow, other: FollowingRow): boolean {
  return basis(one) === basis(other)
}

function basis(row: FollowingRow): string {
  const { branch, lastCommit, live, liveOn, underWay, triggers, heldBy, holdReason, holdUntil, waiting } = row
  return JSON.stringify([branch, lastCommit, live, liveOn, underWay, triggers, heldBy, holdReason, holdUntil, waiting])
}

/**
 * Calls `write` with the environment's row locked, unless what `row` says isn't so any more: then `stale`, and somebody has to judge
 * again. @throws PanelError not_found.
 */
export async function whileSame<T>(
  db: Database,
  row: FollowingRow,
  write: (client: PoolClient) => Promise<T>,
): Promise<T | 'stale'> {
  return inTransaction(db.pool, async (client) => {
    await client.query(`SELECT 1 FROM "Environment" WHERE "id" = $1 FOR UPDATE`, [row.environmentId])
    const { rows } = await client.query<FollowingRow>(`${columns} WHERE e."id" = $1`, [row.environmentId])
    if (!rows[0]) throw new PanelError('not_found', 'There is no such environment.')
    return isSame(rows[0], row) ? write(client) : 'stale'
  })
}

export type Wanted = { ref: string; commit: string; byName: string; cancelRunning: boolean }

/**
 * Queues the commit; what is queued because of an older push is superseded. `cancels`: with `cancelRunning` what is running
 * because of one, which is to be cancelled, unless that befell the one before it, too: a branch that moves all the time would never be
 * deployed. Whoever flies it holds its row and wants the environment's, so it isn't touched while that is locked here.
 */
export async function deployByItself(
  client: PoolClient,
  { environmentId }: { environmentId: string },
  { ref, commit, byName, cancelRunning }: Wanted,
): Promise<{ id: string; number: number; cancels: string | null }> {
  const { rows: queued } = await client.query<LockedDeployment>(
    `SELECT "id", "environmentId", "nextSeq", "status" FROM "Deployment"
     WHERE "environmentId" = $1 AND "requestedBy" = $2 AND "status" = 'queued' ORDER BY "number" FOR UPDATE`,
    [environmentId, pusher],
  )
  const made = await queueDeployment(client, {
    environmentId,
    kind: 'deploy',
    source: { type: 'git', ref, commit, unless: 'older_or_live' },
    by: pusher,
    byName,
  })
  for (const older of queued)
    await appendEvents(client, older, [{ type: 'finished', data: { status: 'superseded', failure: null } }])
  await client.query(
    `INSERT INTO "Following" ("environmentId", "lastRef", "lastCommit", "lastAt") VALUES ($1, $2, $3, clock_timestamp())
     ON CONFLICT ("environmentId") DO UPDATE
     SET "lastRef" = $2, "lastCommit" = $3, "lastAt" = clock_timestamp()`,
    [environmentId, ref, commit],
  )
  return { ...made, cancels: cancelRunning ? await runningForPush(client, environmentId) : null }
}

/** The run for a push that may be cancelled for a newer one; null = there is none. */
async function runningForPush(client: PoolClient, environmentId: string): Promise<string | null> {
  const { rows } = await client.query<{ id: string }>(
    `SELECT "id" FROM "Deployment" WHERE "environmentId" = $1 AND "requestedBy" = $2 AND "status" = 'running'
     AND "cancelRequestedAt" IS NULL`,
    [environmentId, pusher],
  )
  const id = rows[0]?.id
  return id === undefined || (await wasLastCancelled(client, environmentId, id)) ? null : id
}

/** Whether the newest run for a push that has ended was cancelled. */
async function wasLastCancelled(client: PoolClient, environmentId: string, runningId: string): Promise<boolean> {
  const { rows } = await client.query<{ status: string }>(
    `SELECT "status" FROM "Deployment" WHERE "environmentId" = $1 AND "requestedBy" = $2 AND "id" <> $3
     AND "status" IN ('succeeded', 'failed', 'cancelled') ORDER BY "number" DESC LIMIT 1`,
    [environmentId, pusher, runningId],
  )
  return rows[0]?.status === 'cancelled'
}

/** Deployed when what it waits for has come. Null = nothing waits any more. Whoever looks at the environment hears of it. */
export async function letWait(client: PoolClient, environmentId: string, waiting: Waiting | null): Promise<void> {
  await client.query(
    `WITH changed AS (
       INSERT INTO "Following" ("environmentId", "waiting", "waitingSince")
       VALUES ($1, $2::jsonb, CASE WHEN $2::jsonb IS NOT NULL THEN clock_timestamp() END)
       ON CONFLICT ("environmentId") DO UPDATE SET "waiting" = EXCLUDED."waiting", "waitingSince" = EXCLUDED."waitingSince"
       WHERE "Following"."waiting" IS DISTINCT FROM EXCLUDED."waiting" RETURNING "environmentId"
     ) SELECT pg_notify('fairlead_deployment', json_build_object('d', NULL, 'e', "environmentId")::text) FROM changed`,
    [environmentId, waiting === null ? null : storableJson(waiting)],
  )
}
