// Drift of targets: who is looked at next, and what came of it.
import type { DriftReport } from '@/lib/deploy/drift.ts'
import type { Database } from './database.ts'
import { storableJson } from './events.ts'
import { throughJumps } from './jumps.ts'
import type { Reader } from './reader.ts'

/** After a run its servers are left alone for a moment: another run may follow. */
const calmSeconds = 10
/** Some targets wait so much longer than others, each always as long. */
const spreadSeconds = 120

/**
 * The target that has waited longest, of environments where something is live and nothing is under way: every `everyMs`, and once
 * after each run. Nobody else gets it until then. Null = nobody is due.
 */
export async function takeDueTarget(db: Database, everyMs: number): Promise<string | null> {
  const { rows } = await db.pool.query<{ id: string }>(
    `UPDATE "Target" SET "driftTriedAt" = clock_timestamp() WHERE "id" = (
       SELECT t."id" FROM "Target" t
       JOIN "Environment" e ON e."id" = t."environmentId" AND e."liveReleaseId" IS NOT NULL
       JOIN "Server" s ON s."id" = t."serverId" AND s."hostKey" IS NOT NULL
       CROSS JOIN LATERAL (
         SELECT max(d."finishedAt") AS "at", bool_or(d."status" IN ('queued', 'running')) AS "busy"
         FROM "Deployment" d WHERE d."environmentId" = e."id"
       ) run
       WHERE run."busy" IS NOT TRUE AND coalesce(run."at" < clock_timestamp() - make_interval(secs => $2), true) AND (
         t."driftTriedAt" IS NULL OR t."driftTriedAt" < run."at" OR t."driftTriedAt" < clock_timestamp()
           - make_interval(secs => $1::float8 / 1000 + ('x' || substr(md5(t."id"), 1, 6))::bit(24)::int % $3))
       ORDER BY t."driftTriedAt" NULLS FIRST LIMIT 1 FOR UPDATE OF t SKIP LOCKED)
     RETURNING "id"`,
    [everyMs, calmSeconds, spreadSeconds],
  )
  return rows[0]?.id ?? null
}

export type DriftTarget = NonNullable<Awaited<ReturnType<typeof findDriftTarget>>>

/** A target with its server, and how many runs its environment had; null when it is gone. */
export async function findDriftTarget({ prisma }: Database, id: string) {
  return prisma.target.findUnique({
    where: { id },
    include: {
      server: { include: throughJumps },
      environment: { select: { id: true, liveReleaseId: true, nextNumber: true } },
      releases: { include: { release: { select: { name: true, number: true } } } },
    },
  })
}

/** What a look told: `current` as the panel knows releases, null = none of ours. `manifest`: taken for that release just now. */
export type Seen = { current: string | null; manifest: { releaseId: string; hash: string } | null }

/** False, and nothing is written, when a run has been asked for since `target` was read: what was seen may be half of it. */
export async function recordDrift(
  db: Database,
  target: DriftTarget,
  report: DriftReport,
  seen: Seen | null,
): Promise<boolean> {
  const { rowCount } = await db.pool.query(
    `UPDATE "Target" t SET "drift" = $2, "driftTriedAt" = clock_timestamp(),
       "driftSeenAt" = CASE WHEN $3 THEN clock_timestamp() ELSE t."driftSeenAt" END,
       "liveRelease" = CASE WHEN $3 THEN $4 ELSE t."liveRelease" END,
       "liveSeenAt" = CASE WHEN $3 THEN clock_timestamp() ELSE t."liveSeenAt" END,
       "unknownSince" = CASE WHEN $3 THEN NULL ELSE t."unknownSince" END,
       "unknownWhy" = CASE WHEN $3 THEN NULL ELSE t."unknownWhy" END
     FROM "Environment" e
     WHERE t."id" = $1 AND e."id" = t."environmentId" AND e."nextNumber" = $5
       AND NOT EXISTS (SELECT 1 FROM "Deployment" d WHERE d."environmentId" = e."id" AND d."status" IN ('queued', 'running'))`,
    [target.id, storableJson(report), seen !== null, seen?.current ?? null, target.environment.nextNumber],
  )
  if (rowCount === 0) return false
  if (seen?.manifest)
    await db.pool.query(
      `UPDATE "ReleaseOnTarget" SET "manifestHash" = $3 WHERE "targetId" = $1 AND "releaseId" = $2 AND "state" = 'complete'`,
      [target.id, seen.manifest.releaseId, seen.manifest.hash],
    )
  return true
}

/** What is known of the drift of an environment's targets, in their order. */
export async function findDrift(reader: Reader, environmentId: string) {
  return reader.target.findMany({
    where: { environmentId },
    orderBy: [{ position: 'asc' }, { createdAt: 'asc' }],
    select: {
      id: true,
      serverId: true,
      server: { select: { name: true } },
      drift: true,
      driftSeenAt: true,
      liveRelease: true,
      unknownSince: true,
    },
  })
}
