// A database as large as anybody's: filled by the database itself, with rows as the panel writes them.
import type { Pool } from 'pg'

export const environments = 2_000
export const deployments = 1_000_000
/** Of one environment that every push of a busy team goes to; the others share the rest. */
const busiest = 100_000
const days = 730
/** Runs of each environment that have a plan and events. */
const detailed = 10
const steps = 15

/** Each statement alone: one transaction with a million rows after the other is what takes the time. */
const statements = [
  // Ids of version 4, as the panel makes and takes them, but the same ones for the same text.
  `CREATE FUNCTION id_of(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
     SELECT overlay(overlay(md5($1) PLACING '4' FROM 13) PLACING '8' FROM 17)::uuid::text $$`,
  `INSERT INTO "Server" ("id", "name", "host", "user", "privateKey", "publicKey")
   SELECT id_of('s' || s), 'web' || s, 'web' || s || '.example.org', 'deployer', ''::bytea, 'ssh-ed25519 AAAA' FROM generate_series(1, 50) s`,
  `INSERT INTO "Project" ("id", "name", "slug", "repositoryUrl", "access")
   SELECT id_of('p' || p), 'Project ' || p, 'project-' || p, 'https://git.example.org/acme/project-' || p || '.git', 'none'
   FROM generate_series(1, ${environments} / 10) p`,
  `INSERT INTO "Environment" ("id", "projectId", "name", "slug", "branch", "permissions", "appDomain", "nextNumber")
   SELECT id_of('e' || e), id_of('p' || (1 + (e - 1) / 10)), n, n, 'main', '{"owner":"www-data","group":"deployer","mode":"off"}',
     n || '.project-' || (1 + (e - 1) / 10) || '.example.org', 1
   FROM generate_series(1, ${environments}) e,
     LATERAL (SELECT (ARRAY['production','staging','preview','demo','training','europe','asia','africa','america','archive'])[1 + (e - 1) % 10] AS n)`,
  `INSERT INTO "Target" ("id", "environmentId", "serverId", "root")
   SELECT id_of('t' || e), id_of('e' || e), id_of('s' || (1 + e % 50)), '/srv/' || e FROM generate_series(1, ${environments}) e`,
  `CREATE UNLOGGED TABLE "fill" AS
   SELECT e, n, count, id_of('e' || e) AS "environmentId", id_of(e || 'd' || n) AS "deploymentId",
     id_of(e || 'r' || n) AS "releaseId",
     clock_timestamp() - interval '1 hour' * (e % 24) - (count - n) * (interval '${days} days' / count) AS "at",
     CASE WHEN n = count AND e % 100 = 1 THEN 'running' WHEN n = count AND e % 40 = 3 THEN 'failed' WHEN (n * 7 + e) % 100 < 6 THEN 'failed'
       WHEN (n * 7 + e) % 100 < 9 THEN 'cancelled' ELSE 'succeeded' END AS "status"
   FROM generate_series(1, ${environments}) e,
     LATERAL (SELECT CASE WHEN e = 1 THEN ${busiest} ELSE (${deployments} - ${busiest}) / (${environments} - 1) + CASE WHEN e - 2 < (${deployments} - ${busiest}) % (${environments} - 1) THEN 1 ELSE 0 END END AS count) c,
     generate_series(1, count) n`,
  `INSERT INTO "Release" ("id", "environmentId", "number", "name", "revision", "ref", "subject", "author", "committedAt", "state", "createdAt", "liveAt")
   SELECT "releaseId", "environmentId", n, 'deployment_' || n || '.' || left(md5(e || 'c' || n), 7), md5(e || 'c' || n) || left(md5(n || 'c' || e), 8), 'main',
     'Change number ' || n || ' of the shop and what belongs to it', 'Ada Lindqvist', "at" - interval '1 minute' * (5 + n % 600),
     CASE WHEN n > count - 10 THEN 'complete' ELSE 'removed' END, "at", "at"
   FROM "fill" WHERE "status" = 'succeeded'`,
  `INSERT INTO "Deployment" ("id", "environmentId", "number", "kind", "source", "requestedBy", "requestedByName", "status", "planHash", "revision",
     "releaseId", "failure", "attempt", "createdAt", "startedAt", "finishedAt", "commitAt", "plan")
   SELECT "deploymentId", "environmentId", n, 'deploy', '{"type":"git","ref":"main"}', 'user:1', 'Ada Lindqvist', "status", md5(n::text),
     md5(e || 'c' || n), CASE WHEN "status" = 'succeeded' THEN "releaseId" END,
     CASE WHEN "status" = 'failed' THEN '{"code":"command_failed","step":"after.pull","message":"The hook ended with exit code 1."}'::jsonb END,
     1, "at", "at" + interval '1 second', CASE WHEN "status" <> 'running' THEN "at" + interval '1 second' * (4 + n % 90) END,
     CASE WHEN "status" = 'succeeded' THEN "at" + interval '1 second' * (3 + n % 90) END,
     CASE WHEN n > count - ${detailed} THEN plan.text END
   FROM "fill", (SELECT jsonb_build_object('segments', jsonb_build_array(jsonb_build_object('name', 'main', 'targetId', 't', 'steps',
     jsonb_agg(jsonb_build_object('n', s, 'name', 'step ' || s, 'phase', 'main', 'stage', 'ship', 'action', jsonb_build_object('do', 'complete'), 'timeoutMs', 60000, 'text', repeat('echo built; ', 20)))))) AS text
     FROM generate_series(1, ${steps}) s) plan ORDER BY "at"`,
  `INSERT INTO "Event" ("deploymentId", "seq", "type", "data", "at")
   SELECT "deploymentId", 2 * s + ended, CASE ended WHEN 0 THEN 'step.began' ELSE 'step.ended' END,
     jsonb_build_object('segment', 'main', 'step', s, 'at', extract(epoch FROM "at") * 1000 + s * 900 + ended * (100 + s * n % 700), 'outcome', 'ok', 'exit', 0, 'size', 0), "at"
   FROM "fill", generate_series(1, ${steps}) s, generate_series(0, 1) ended WHERE n > count - ${detailed}`,
  `UPDATE "Environment" v SET "liveReleaseId" = r."id", "nextNumber" = f.count + 1
   FROM "fill" f, LATERAL (SELECT "id" FROM "Release" WHERE "environmentId" = f."environmentId" ORDER BY "number" DESC LIMIT 1) r
   WHERE f.n = f.count AND f."environmentId" = v."id"`,
  `DROP TABLE "fill"`,
  `DROP FUNCTION id_of(text)`,
]

/** Fills an empty, migrated database; takes a minute or two. */
export async function fill(pool: Pool): Promise<void> {
  for (const statement of statements) await pool.query(statement)
  await pool.query('VACUUM ANALYZE')
}
