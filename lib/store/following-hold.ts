// The pause of what an environment deploys by itself, which begins when a person puts an older release back.
import type { PoolClient } from 'pg'
import type { NewEvent } from '@/lib/deploy/events.ts'
import { PanelError } from '@/lib/errors.ts'
import { formatMinute } from '@/lib/format/time.ts'
import type { Reader } from './reader.ts'

/**
 * From the request on, so that nothing comes in between. `why` goes on after the name: “rolled back to release 3”. Since when says which
 * deployment it was: that one's end may make something else of it.
 */
export async function holdFollowing(client: PoolClient, deploymentId: string, why: string): Promise<void> {
  await client.query(
    `INSERT INTO "Following" ("environmentId", "heldBy", "heldAt", "heldWhy")
     SELECT "environmentId", "requestedByName", "createdAt", $2 FROM "Deployment" WHERE "id" = $1
     ON CONFLICT ("environmentId") DO UPDATE
     SET "heldBy" = EXCLUDED."heldBy", "heldAt" = EXCLUDED."heldAt", "heldWhy" = EXCLUDED."heldWhy"`,
    [deploymentId, why],
  )
}

/**
 * What becomes of the pause when the deployment that began it has ended otherwise than it was to. One that failed goes on holding, as
 * nobody may be there to see what a push makes of it; one that was cancelled does where an older release was live before it.
 */
export async function settleHold(
  client: PoolClient,
  deployment: { id: string },
  events: readonly NewEvent[],
): Promise<void> {
  const end = events.find((event) => event.type === 'finished')?.data.status
  if (end === undefined || end === 'succeeded') return
  const { rows } = await client.query<{ environmentId: string }>(
    `UPDATE "Following" f SET "heldWhy" = d."why", "waiting" = CASE WHEN f."waiting"->>'why' = 'rolled_back'
       THEN f."waiting" || jsonb_build_object('words', f."heldBy" || ' ' || d."why" || '.') ELSE f."waiting" END
     FROM (
       SELECT "environmentId", "createdAt", 'wanted release ' || ("source"->>'number') || ' back, which ' || $2 AS "why"
       FROM "Deployment" WHERE "id" = $1 AND "kind" = 'activate'
     ) d WHERE f."environmentId" = d."environmentId" AND f."heldAt" = d."createdAt" RETURNING f."environmentId"`,
    [deployment.id, end === 'failed' ? 'failed' : `was ${end}`],
  )
  if (!rows[0] || end === 'failed') return
  await client.query(
    `UPDATE "Following" SET "heldBy" = NULL, "heldAt" = NULL, "heldWhy" = NULL WHERE "environmentId" = $1 AND NOT EXISTS (
       SELECT 1 FROM "Environment" e JOIN "Release" r ON r."id" = e."liveReleaseId"
       JOIN "Release" l ON l."environmentId" = e."id" AND l."number" > r."number" WHERE e."id" = $1
         AND EXISTS (SELECT 1 FROM "Deployment" d WHERE d."releaseId" = l."id" AND d."status" = 'succeeded'))`,
    [rows[0].environmentId],
  )
}

/** For what a pipeline asks for, which may have run before the roll back. @throws PanelError conflict while the environment is paused. */
export async function refuseWhilePaused(client: PoolClient, environmentId: string): Promise<void> {
  const { rows } = await client.query<{ by: string; at: Date; why: string; name: string }>(
    `SELECT f."heldBy" AS "by", f."heldAt" AS "at", f."heldWhy" AS "why", p."slug" || '/' || e."slug" AS "name"
     FROM "Following" f JOIN "Environment" e ON e."id" = f."environmentId" JOIN "Project" p ON p."id" = e."projectId"
     WHERE e."id" = $1 AND f."heldWhy" IS NOT NULL`,
    [environmentId],
  )
  if (!rows[0]) return
  const { by, at, why, name } = rows[0]
  throw new PanelError(
    'conflict',
    `Since ${formatMinute(at)} nothing is deployed here by itself, nor with --unless-older: ${by} ${why}. ` +
      `To end that, press “Deploy by itself again” on the environment’s page, or run: fairlead environment follow-again ${name}. ` +
      'Without --unless-older this is deployed anyway.',
    { paused: { by, why, since: at.toISOString() } },
  )
}

/** False = it wasn't held. Workers look at what waits within a second. */
export async function endFollowingHold(reader: Reader, environmentId: string): Promise<boolean> {
  const { count } = await reader.following.updateMany({
    where: { environmentId, heldWhy: { not: null } },
    data: { heldBy: null, heldAt: null, heldWhy: null },
  })
  return count > 0
}
