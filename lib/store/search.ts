// What people look for by a few letters: environments, servers, projects, and releases by their commit.
import type { Pool } from 'pg'
import { containing } from './overview.ts'

/** `projects`: ids of those that may be seen; null = all. `words` in lower case; all have to be found. */
type Query = { projects: string[] | null; words: string[]; limit: number }

/** Ids; `here` first, then those whose own names begin with the first word. */
export async function findEnvironmentIds(pool: Pool, query: Query & { here: string | null }): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT e."id" FROM "Environment" e JOIN "Project" p ON p."id" = e."projectId"
     WHERE ($1::text[] IS NULL OR e."projectId" = ANY($1))
       AND lower(concat_ws(E'\\n', p."name" || ' / ' || e."name", p."name" || ' ' || e."name", e."name", e."appDomain",
         (SELECT string_agg(s."name", E'\\n') FROM "Target" t JOIN "Server" s ON s."id" = t."serverId" WHERE t."environmentId" = e."id"))) LIKE ALL ($2)
     ORDER BY e."id" = $3 DESC NULLS LAST, lower(p."name") LIKE $4 OR lower(e."name") LIKE $4 DESC, p."name", e."createdAt" LIMIT $5`,
    [query.projects, query.words.map(containing), query.here, beginning(query.words[0] ?? ''), query.limit],
  )
  return rows.map(({ id }) => id)
}

/** Of an environment, or of the environment of a deployment; null when there is none. */
export async function environmentOf(pool: Pool, deploymentId: string): Promise<string | null> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT "environmentId" AS "id" FROM "Deployment" WHERE "id" = $1`,
    [deploymentId],
  )
  return rows[0]?.id ?? null
}

export async function findServersNamed(pool: Pool, { words, limit }: Omit<Query, 'projects'>) {
  const { rows } = await pool.query<{ id: string; name: string; host: string }>(
    `SELECT "id", "name", "host" FROM "Server" WHERE lower(concat_ws(E'\\n', "name", "host")) LIKE ALL ($1)
     ORDER BY lower("name") LIKE $2 DESC, "name" LIMIT $3`,
    [words.map(containing), beginning(words[0] ?? ''), limit],
  )
  return rows
}

export async function findProjectsNamed(pool: Pool, { projects, words, limit }: Query) {
  const { rows } = await pool.query<{ id: string; name: string; repositoryUrl: string }>(
    `SELECT "id", "name", "repositoryUrl" FROM "Project"
     WHERE ($1::text[] IS NULL OR "id" = ANY($1)) AND lower(concat_ws(E'\\n', "name", "repositoryUrl")) LIKE ALL ($2)
     ORDER BY lower("name") LIKE $3 DESC, "name" LIMIT $4`,
    [projects, words.map(containing), beginning(words[0] ?? ''), limit],
  )
  return rows
}

type ReleaseHit = { deploymentId: string; number: number; revision: string; subject: string; environment: string }

/** Of one commit there may be very many releases: so many of them are looked at. */
const releasesLookedAt = 200

/**
 * The newest releases of commits whose SHA begins with `prefix` (lower-case hexadecimal digits: `g` sorts right after them,
 * whatever the language of the database).
 */
export async function findReleasesOf(
  pool: Pool,
  { projects, prefix, limit }: { projects: string[] | null; prefix: string; limit: number },
): Promise<ReleaseHit[]> {
  const { rows } = await pool.query<ReleaseHit>(
    `SELECT d."id" AS "deploymentId", r."number", r."revision", r."subject", p."name" || ' / ' || e."name" AS "environment"
     FROM (SELECT * FROM "Release" WHERE "revision" >= $1 AND "revision" < $1 || 'g'
       AND ($3::text[] IS NULL OR "environmentId" IN (SELECT "id" FROM "Environment" WHERE "projectId" = ANY($3))) LIMIT $2) r
     JOIN "Environment" e ON e."id" = r."environmentId"
     JOIN "Project" p ON p."id" = e."projectId"
     JOIN "Deployment" d ON d."environmentId" = r."environmentId" AND d."number" = r."number"
     ORDER BY r."createdAt" DESC LIMIT $4`,
    [prefix, releasesLookedAt, projects, limit],
  )
  return rows
}

/** A LIKE pattern for texts that begin with the word. */
function beginning(word: string): string {
  return containing(word).slice(1)
}
