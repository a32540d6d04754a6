// Environments whose repository is looked at from time to time, and what was seen there: deliveries of our own hold that, so that
// nothing is told of twice.
import { randomUUID } from 'node:crypto'
import type { Ref } from '@/lib/deploy/types.ts'
import type { Database } from './database.ts'
import { storableJson } from './events.ts'

/**
 * `before`: when it was looked at for it the last time; null = never. `isUntold`: nothing was deployed there, and nobody was told of its
 * own branch, as whoever looked first came to an end in the middle of it.
 */
export type DuePoll = { environmentId: string; projectId: string; before: Date | null; isUntold: boolean }

/**
 * The environments of one project whose time has come, taken: nobody else gets them before their next time. [] = none but in projects
 * that are `away`. Their rows are locked before what is kept of them, as by whoever judges a push.
 */
export async function takeDuePolls(db: Database, away: readonly string[] = []): Promise<DuePoll[]> {
  const { rows } = await db.pool.query<DuePoll>(
    `WITH polled AS (
       SELECT e."id", e."projectId", f."polledAt" AS "before", make_interval(mins => (e."triggers"->>'pollMinutes')::int) AS "every"
       FROM "Environment" e LEFT JOIN "Following" f ON f."environmentId" = e."id"
       WHERE e."triggers"->>'isOn' = 'true' AND e."triggers"->>'pollMinutes' IS NOT NULL
         AND e."projectId" <> ALL ($1)
     ), due AS (
       SELECT * FROM polled WHERE "before" IS NULL OR "before" <= clock_timestamp() - "every"
     ), mine AS (
       SELECT due.* FROM due JOIN "Environment" e USING ("id")
       WHERE due."projectId" = (SELECT "projectId" FROM due ORDER BY "before" NULLS FIRST, "id" LIMIT 1)
       ORDER BY "id" FOR KEY SHARE OF e
     ), taken AS (
       INSERT INTO "Following" ("environmentId", "polledAt") SELECT "id", clock_timestamp() FROM mine ORDER BY "id"
       ON CONFLICT ("environmentId") DO UPDATE SET "polledAt" = EXCLUDED."polledAt"
       WHERE "Following"."polledAt" IS NOT DISTINCT FROM (SELECT "before" FROM mine WHERE mine."id" = EXCLUDED."environmentId")
       RETURNING "environmentId"
     )
     SELECT "id" AS "environmentId", mine."projectId", "before",
       e."liveReleaseId" IS NULL AND f."lastCommit" IS NULL AND f."waiting" IS NULL AND NOT EXISTS (
         SELECT 1 FROM "Delivery" d WHERE d."projectId" = mine."projectId" AND d."verdict" = 'accepted'
         AND d."told"->'pushes' @> jsonb_build_array(jsonb_build_object('kind', 'branch', 'name', e."branch"))
         AND (d."state" = 'waiting' OR d."outcomes" @> jsonb_build_array(jsonb_build_object('environmentId', "id")))
       ) AS "isUntold"
     FROM mine JOIN "Environment" e USING ("id") LEFT JOIN "Following" f ON f."environmentId" = "id"
     WHERE "id" IN (SELECT "environmentId" FROM taken) ORDER BY "id"`,
    [away],
  )
  return rows
}

/** Nothing was seen after all: they are due as they were before. */
export async function putBackPolls(db: Database, taken: readonly DuePoll[]): Promise<void> {
  await db.pool.query(
    `UPDATE "Following" f SET "polledAt" = t."before"
     FROM unnest($1::text[], $2::timestamptz[]) AS t("id", "before") WHERE f."environmentId" = t."id"`,
    [taken.map(({ environmentId }) => environmentId), taken.map(({ before }) => before)],
  )
}

/** `id` of the delivery that says so. */
export type SeenRef = { id: string; commit: string }

/** What looks at the repository have seen last, by `<kind> <name>`; null = nobody has looked there yet. */
export async function seenByPolling(db: Database, projectId: string): Promise<Map<string, SeenRef> | null> {
  const { rows } = await db.pool.query<SeenRef & { ref: string }>(
    `SELECT DISTINCT ON ("ref") d."id", (p->>'kind') || ' ' || (p->>'name') AS "ref", p->>'commit' AS "commit"
     FROM "Delivery" d, jsonb_array_elements(d."told"->'pushes') p
     WHERE d."projectId" = $1 AND d."event" = 'poll' AND d."webhookId" IS NULL ORDER BY "ref", d."receivedAt" DESC`,
    [projectId],
  )
  return rows.length === 0 ? null : new Map(rows.map(({ ref, id, commit }) => [ref, { id, commit }]))
}

/** As many as one delivery tells of. */
const refsAtOnce = 1_000

/** What was there already at the first look: nothing is deployed because of it. Whoever comes second changes nothing. */
export async function rememberFirst(db: Database, projectId: string, refs: readonly Ref[]): Promise<void> {
  await remember(db, projectId, refs, {
    key: 'poll first',
    words: (count) => `${count} branches and tags were there at the first look.`,
  })
}

/** What has moved and nobody had to be told of: whoever follows it later doesn’t take it for news. */
export async function rememberSeen(db: Database, projectId: string, refs: readonly Ref[]): Promise<void> {
  await remember(db, projectId, refs, {
    key: `poll seen ${randomUUID()}`,
    words: (count) => `${count === 1 ? 'A branch or tag' : `${count} branches and tags`} moved that no rule wanted.`,
  })
}

async function remember(
  db: Database,
  projectId: string,
  refs: readonly Ref[],
  { key, words }: { key: string; words: (count: number) => string },
): Promise<void> {
  for (let at = 0; at < refs.length; at += refsAtOnce) {
    const pushes = refs
      .slice(at, at + refsAtOnce)
      .map(({ kind, name, sha }) => ({ kind, name, commit: sha, pusher: '' }))
    await db.pool.query(
      `INSERT INTO "Delivery" ("id", "projectId", "key", "event", "verdict", "reason", "words", "told", "state", "handledAt")
       VALUES ($1, $2, $3, 'poll', 'ignored', 'own', $4, $5, 'handled', clock_timestamp()) ON CONFLICT DO NOTHING`,
      [randomUUID(), projectId, `${key} ${at}`, words(pushes.length), storableJson({ type: 'pushes', pushes })],
    )
  }
}
