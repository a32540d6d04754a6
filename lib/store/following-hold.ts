// The pause of what an environment deploys by itself, which begins when a person puts an older release back.
import type { PoolClient } from 'pg'
import type { Reader } from './reader.ts'

/** `why` goes on after the name: “rolled back to release 3”. Nothing happens where nothing is deployed by itself. */
export async function holdFollowing(
  client: PoolClient,
  environmentId: string,
  { byName, why }: { byName: string; why: string },
): Promise<void> {
  await client.query(
    `INSERT INTO "Following" ("environmentId", "heldBy", "heldAt", "heldWhy")
     SELECT e."id", $2, clock_timestamp(), $3 FROM "Environment" e WHERE e."id" = $1
       AND (e."triggers"->>'isOn' = 'true' OR EXISTS (SELECT 1 FROM "Schedule" s WHERE s."environmentId" = e."id"))
     ON CONFLICT ("environmentId") DO UPDATE SET "heldBy" = $2, "heldAt" = clock_timestamp(), "heldWhy" = $3`,
    [environmentId, byName, why],
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
