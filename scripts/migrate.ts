// Applies prisma/migrations at start with nothing but `pg`, and records each one as `prisma migrate deploy` does: same
// advisory lock, same table, same checksums, so Prisma's own commands go on working on the same database.
import { createHash, randomUUID } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { PanelError } from '../lib/errors.ts'

/** The advisory lock that Prisma's schema engine takes. */
const lock = 72_707_369

const history = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL, "checksum" VARCHAR(64) NOT NULL, "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL, "logs" TEXT, "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(), "applied_steps_count" INTEGER NOT NULL DEFAULT 0)`

type Row = { migration_name: string; finished_at: Date | null; logs: string | null }

/**
 * Brings the database at `url` to the newest migration of `folder` and returns the names of those applied now.
 * Two at once: the second waits and finds nothing to do.
 * @throws PanelError unavailable: database away, schema newer than this version, or a migration that failed.
 */
export async function migrate(url: string, folder: string): Promise<string[]> {
  const client = await connect(url)
  try {
    await client.query(`SET lock_timeout = '60s'`)
    await client.query('SELECT pg_advisory_lock($1)', [lock])
    await client.query(history)
    const { rows } = await client.query<Row>('SELECT * FROM "_prisma_migrations" WHERE rolled_back_at IS NULL')
    const entries = await readdir(folder, { withFileTypes: true })
    const names = entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort()
    refuse(rows, names)
    const done = new Set(rows.map((row) => row.migration_name))
    const missing = names.filter((name) => !done.has(name))
    for (const name of missing) await apply(client, name, await readFile(join(folder, name, 'migration.sql'), 'utf8'))
    return missing
  } finally {
    await client.end()
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'fairlead migrate',
    connectionTimeoutMillis: 10_000,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    return client
  } catch (cause) {
    // The address may be shown, the password never.
    const where = `${client.host}:${client.port}/${client.database ?? ''}`
    const why = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message
    throw new PanelError(
      'unavailable',
      `The database at ${where} can't be used (${why}). Check DATABASE_URL and that it is running.`,
      {},
      { cause },
    )
  }
}

function refuse(rows: Row[], names: string[]): void {
  const failed = rows.find((row) => row.finished_at === null)
  if (failed)
    throw new PanelError(
      'unavailable',
      `Migration ${failed.migration_name} failed before: ${failed.logs ?? 'no reason was recorded'}. Put the database right, then mark it with "npx prisma migrate resolve".`,
    )
  const unknown = rows
    .map((row) => row.migration_name)
    .filter((name) => !names.includes(name))
    .sort()
  if (unknown.length > 0)
    throw new PanelError(
      'unavailable',
      `The database was made by a newer version of Fairlead (it has ${unknown.join(', ')}, which this version doesn't know). Install that version again, or restore a backup from before it.`,
    )
}

async function apply(client: pg.Client, name: string, sql: string): Promise<void> {
  const id = randomUUID()
  const checksum = createHash('sha256').update(sql).digest('hex')
  await client.query('INSERT INTO "_prisma_migrations" (id, checksum, migration_name) VALUES ($1, $2, $3)', [
    id,
    checksum,
    name,
  ])
  try {
    // Without parameters the whole file is one simple query, and so one transaction.
    await client.query(sql)
  } catch (cause) {
    const { message } = cause as Error
    await client.query('UPDATE "_prisma_migrations" SET logs = $2 WHERE id = $1', [id, message])
    throw new PanelError('unavailable', `Migration ${name} failed: ${message}`, {}, { cause })
  }
  await client.query('UPDATE "_prisma_migrations" SET finished_at = now(), applied_steps_count = 1 WHERE id = $1', [id])
}
