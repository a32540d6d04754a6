// What the panel believes about releases on servers: projections of facts, written with the events that tell them.
import { randomUUID } from 'node:crypto'
import type { Plan } from '@/lib/deploy/types.ts'
import type { ClaimedWrite } from './claims.ts'
import { storableJson } from './events.ts'

type PlannedRelease = {
  number: number
  name: string
  revision: string
  ref: string
  subject: string
  author: string
  committedAt: Date
  variableSetId: string | null
  envSha256: string | null
}

/** Stores the plan before any server is touched; `release` is what it makes, or the id of the one that it activates. */
export async function recordPlan(
  write: ClaimedWrite,
  plan: Plan,
  planHash: string,
  release: PlannedRelease | string,
): Promise<void> {
  const releaseId = typeof release === 'string' ? release : await recordRelease(write, release, plan)
  await write.client.query(`UPDATE "Deployment" SET "plan" = $2, "releaseId" = $3, "revision" = $4 WHERE "id" = $1`, [
    write.deployment.id,
    storableJson(plan),
    releaseId,
    plan.revision,
  ])
  await write.append({ type: 'planned', data: { planHash, release: plan.release } })
}

/** Stores another form of the plan that flies already; what it agrees to is the same. */
export async function replacePlan(write: ClaimedWrite, plan: Plan): Promise<void> {
  await write.client.query(`UPDATE "Deployment" SET "plan" = $2 WHERE "id" = $1`, [
    write.deployment.id,
    storableJson(plan),
  ])
}

async function recordRelease(write: ClaimedWrite, release: PlannedRelease, plan: Plan): Promise<string> {
  const { rows } = await write.client.query<{ id: string }>(
    `INSERT INTO "Release" ("id", "environmentId", "number", "name", "revision", "ref", "subject", "author", "committedAt",
       "variableSetId", "envSha256", "subdirectory", "state")
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'incomplete')
     ON CONFLICT ("environmentId", "number") DO UPDATE SET "name" = EXCLUDED."name", "revision" = EXCLUDED."revision",
       "ref" = EXCLUDED."ref", "subject" = EXCLUDED."subject", "author" = EXCLUDED."author",
       "committedAt" = EXCLUDED."committedAt", "variableSetId" = EXCLUDED."variableSetId", "envSha256" = EXCLUDED."envSha256",
       "subdirectory" = EXCLUDED."subdirectory"
     RETURNING "id"`,
    [
      randomUUID(),
      write.deployment.environmentId,
      release.number,
      release.name,
      release.revision,
      release.ref,
      withoutNul(release.subject),
      withoutNul(release.author),
      release.committedAt,
      release.variableSetId,
      release.envSha256,
      subdirectoryOf(plan),
    ],
  )
  const id = rows[0]!.id
  await recordFiles(write, id, plan)
  return id
}

function subdirectoryOf({ segments }: Plan): string {
  const actions = segments.flatMap(({ steps }) => steps.map(({ action }) => action))
  return actions.flatMap((action) => (action.do === 'release' ? [action.subdirectory ?? ''] : []))[0] ?? ''
}

/** What the release is made with, however often it is planned. */
async function recordFiles(write: ClaimedWrite, releaseId: string, { segments }: Plan): Promise<void> {
  const revisions = segments.flatMap(({ steps }) =>
    steps.flatMap(({ action }) => {
      if (action.do === 'files') return action.files.map(({ revision }) => revision)
      return action.do === 'place' ? action.files.flatMap(({ made }) => (made ? [made.revision] : [])) : []
    }),
  )
  await replaceFiles(write, releaseId, revisions)
}

/** The server said that files of a release, and those beside it, are these revisions (ids) now. */
export async function markFiles(write: ClaimedWrite, name: string, revisions: string[]): Promise<void> {
  const { rows } = await write.client.query<{ id: string }>(
    `SELECT "id" FROM "Release" WHERE "environmentId" = $1 AND "name" = $2`,
    [write.deployment.environmentId, name],
  )
  if (!rows[0]) return
  await replaceFiles(write, rows[0].id, revisions)
  // What the release is made of has changed: the next look takes its manifest anew.
  await write.client.query(`UPDATE "ReleaseOnTarget" SET "manifestHash" = NULL WHERE "releaseId" = $1`, [rows[0].id])
}

async function replaceFiles(write: ClaimedWrite, releaseId: string, revisions: string[]): Promise<void> {
  await write.client.query(`DELETE FROM "ReleaseFile" WHERE "releaseId" = $1 AND NOT "revisionId" = ANY($2)`, [
    releaseId,
    revisions,
  ])
  await write.client.query(
    `INSERT INTO "ReleaseFile" ("releaseId", "revisionId") SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING`,
    [releaseId, revisions],
  )
}

/** Postgres text can't hold NUL; commits of other people can. */
function withoutNul(text: string): string {
  return text.replaceAll('\0', '\ufffd')
}

/** The pristine tree on the target holds `revision` now; null = nobody knows. */
export async function markTree(write: ClaimedWrite, targetId: string, revision: string | null): Promise<void> {
  await write.client.query(`UPDATE "Target" SET "treeRevision" = $2 WHERE "id" = $1`, [targetId, revision])
}

/**
 * The state of a release directory on a target, and of the release: complete where it is so on any of them, removed when it is
 * gone from all. Unknown names change nothing.
 */
export async function markRelease(
  write: ClaimedWrite,
  targetId: string,
  name: string,
  state: 'complete' | 'removed',
): Promise<void> {
  const { rows } = await write.client.query<{ id: string }>(
    `UPDATE "Release" r SET "state" = CASE WHEN $3 = 'removed' AND EXISTS (SELECT 1 FROM "ReleaseOnTarget" t
       WHERE t."releaseId" = r."id" AND t."targetId" <> $4 AND t."state" = 'complete') THEN r."state" ELSE $3 END
     WHERE "environmentId" = $1 AND "name" = $2 RETURNING "id"`,
    [write.deployment.environmentId, name, state, targetId],
  )
  if (!rows[0]) return
  await write.client.query(
    `INSERT INTO "ReleaseOnTarget" ("releaseId", "targetId", "state", "seenAt") VALUES ($1, $2, $3, clock_timestamp())
     ON CONFLICT ("releaseId", "targetId") DO UPDATE SET "state" = EXCLUDED."state", "seenAt" = EXCLUDED."seenAt",
       "manifestHash" = NULL`,
    [rows[0].id, targetId, state],
  )
}

/**
 * The server said that `current` points to `name` now; null = to nothing. That is what the environment has where it has no other
 * server; of several, none speaks for all: then a run's end says it (markEnvironmentLive). What no server has is live nowhere.
 */
export async function markLive(write: ClaimedWrite, targetId: string, name: string | null): Promise<void> {
  await markLiveThere(write, targetId, name)
  const { rows } = await write.client.query<{ id: string }>(
    `UPDATE "Release" SET "liveAt" = clock_timestamp() WHERE "environmentId" = $1 AND "name" = $2 RETURNING "id"`,
    [write.deployment.environmentId, name],
  )
  await write.client.query(
    `UPDATE "Environment" e SET "liveReleaseId" = $2 WHERE e."id" = $1 AND (
       NOT EXISTS (SELECT 1 FROM "Target" t WHERE t."environmentId" = e."id" AND t."id" <> $3)
       OR $2::text IS NULL AND NOT EXISTS (
         SELECT 1 FROM "Target" t JOIN "Release" r ON r."environmentId" = e."id" AND r."name" = t."liveRelease"
         WHERE t."environmentId" = e."id" AND t."id" <> $3))`,
    [write.deployment.environmentId, rows[0]?.id ?? null, targetId],
  )
}

/** Where there are several servers, which may differ, this is what the environment has. A name that isn't ours changes nothing. */
export async function markEnvironmentLive({ client, deployment }: ClaimedWrite, name: string): Promise<void> {
  await client.query(
    `UPDATE "Environment" e SET "liveReleaseId" = r."id" FROM "Release" r
     WHERE e."id" = $1 AND r."environmentId" = e."id" AND r."name" = $2
       AND (SELECT count(*) FROM "Target" t WHERE t."environmentId" = e."id") > 1`,
    [deployment.environmentId, name],
  )
}

/** The same of a server that the environment leaves: what is live elsewhere is what the environment has. */
export async function markLiveThere(write: ClaimedWrite, targetId: string, name: string | null): Promise<void> {
  await write.client.query(
    `UPDATE "Target" SET "liveRelease" = $2, "liveSeenAt" = clock_timestamp(), "unknownSince" = NULL, "unknownWhy" = NULL
     WHERE "id" = $1`,
    [targetId, name],
  )
}

/** The environment begins to leave a target: whatever comes of it, no release there can be relied on any more. */
export async function markLeft({ client }: ClaimedWrite, targetId: string): Promise<void> {
  await client.query(
    `UPDATE "Release" r SET "state" = 'removed' FROM "ReleaseOnTarget" t
     WHERE t."releaseId" = r."id" AND t."targetId" = $1 AND t."state" = 'complete' AND r."state" = 'complete'
       AND NOT EXISTS (SELECT 1 FROM "ReleaseOnTarget" o
         WHERE o."releaseId" = r."id" AND o."targetId" <> $1 AND o."state" = 'complete')`,
    [targetId],
  )
  await client.query(
    `UPDATE "ReleaseOnTarget" SET "state" = 'removed', "seenAt" = clock_timestamp(), "manifestHash" = NULL
     WHERE "targetId" = $1`,
    [targetId],
  )
  await client.query(`UPDATE "Target" SET "treeRevision" = NULL WHERE "id" = $1`, [targetId])
}

/** The environment has left a target. Its row is held, as by whoever else takes a server away. */
export async function forgetTarget({ client, deployment }: ClaimedWrite, targetId: string): Promise<void> {
  await client.query(`SELECT 1 FROM "Environment" WHERE "id" = $1 FOR UPDATE`, [deployment.environmentId])
  await client.query(`DELETE FROM "Target" WHERE "id" = $1 AND "environmentId" = $2`, [
    targetId,
    deployment.environmentId,
  ])
}

/** The server said what `.env` a release has now: that of variable set `number` (null = of none), with this hash. */
export async function markVariables(
  write: ClaimedWrite,
  name: string,
  number: number | null,
  sha256: string | null,
): Promise<void> {
  await write.client.query(
    `UPDATE "Release" SET "envSha256" = $4, "variableSetId" =
       (SELECT "id" FROM "VariableSet" WHERE "environmentId" = $1 AND "number" = $3)
     WHERE "environmentId" = $1 AND "name" = $2`,
    [write.deployment.environmentId, name, number, sha256],
  )
}

/** How the last change ended on these targets: badly where it is `failed`, so that it has to be made good. */
export async function markFailed(write: ClaimedWrite, failed: string[], well: string[]): Promise<void> {
  await write.client.query(
    `UPDATE "Target" SET "failedAt" = CASE WHEN "id" = ANY($1) THEN clock_timestamp() END WHERE "id" = ANY($1) OR "id" = ANY($2)`,
    [failed, well],
  )
}

/** Nobody knows what is live on the target from now on, until it is seen again. `why` is for people. */
export async function markUnknown(write: ClaimedWrite, targetId: string, why: string): Promise<void> {
  await write.client.query(
    `UPDATE "Target" SET "unknownSince" = COALESCE("unknownSince", clock_timestamp()), "unknownWhy" = $2 WHERE "id" = $1`,
    [targetId, why],
  )
}
