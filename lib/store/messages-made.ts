// Whoever wants to hear of what happens to a deployment gets a message written down together with what happened.
import type { PoolClient } from 'pg'
import type { NewEvent } from '@/lib/deploy/events.ts'
import { toldEventOf } from '@/lib/deploy/telling.ts'

/**
 * One message for each event that is told and each channel that wants it; workers hear of it once the transaction commits. Marks on
 * commits are for runs that bring a commit. A channel that is being removed gets none, and holds nobody up for long.
 */
export async function writeMessages(
  client: PoolClient,
  deployment: { id: string; environmentId: string },
  events: readonly NewEvent[],
): Promise<void> {
  const told = events.flatMap((event) => toldEventOf(event) ?? [])
  if (told.length === 0) return
  await client.query(
    `WITH wanting AS (
       SELECT c."id", c."events" FROM "Channel" c JOIN "Environment" e ON e."projectId" = c."projectId"
       JOIN "Deployment" d ON d."id" = $1
       WHERE e."id" = $2 AND c."events" && $3::text[]
         AND (cardinality(c."environmentIds") = 0 OR $2 = ANY (c."environmentIds"))
         AND (c."kind" NOT IN ('github', 'gitlab', 'gitea') OR d."kind" IN ('deploy', 'activate'))
       FOR KEY SHARE OF c
     ), made AS (
       INSERT INTO "Message" ("channelId", "deploymentId", "event")
       SELECT wanting."id", $1, told.event FROM unnest($3::text[]) WITH ORDINALITY AS told(event, place)
       JOIN wanting ON told.event = ANY (wanting."events") ORDER BY told.place
       ON CONFLICT DO NOTHING RETURNING "id"
     ) SELECT pg_notify('fairlead_message', '') FROM made LIMIT 1`,
    [deployment.id, deployment.environmentId, told],
  )
}
