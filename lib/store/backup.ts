// All tables of the panel, out of a database and into another one, by COPY: the values never pass through this program's types.
import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import pg from 'pg'
import { from, to } from 'pg-copy-streams'

type Client = pg.PoolClient
export type Table = { name: string; columns: string[] }
export type Migration = { name: string; checksum: string }

const quoted = (name: string): string => pg.escapeIdentifier(name)

/** Every table but the history of migrations; each stands after those that its rows refer to. */
export async function findTables(client: Client): Promise<Table[]> {
  const { rows: columns } = await client.query<Table>(`
    SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname <> '_prisma_migrations'
    GROUP BY c.relname ORDER BY c.relname`)
  const { rows: references } = await client.query<{ child: string; parent: string }>(`
    SELECT child.relname AS child, parent.relname AS parent FROM pg_constraint k
    JOIN pg_class child ON child.oid = k.conrelid JOIN pg_class parent ON parent.oid = k.confrelid
    WHERE k.contype = 'f' AND child.oid <> parent.oid`)
  const sorted: Table[] = []
  let left = columns
  while (left.length > 0) {
    const isWaiting = ({ name }: Table): boolean =>
      references.some(({ child, parent }) => child === name && left.some((one) => one.name === parent))
    const ready = left.filter((table) => !isWaiting(table))
    if (ready.length === 0) throw new Error(`tables refer to each other: ${left.map(({ name }) => name).join(', ')}`)
    sorted.push(...ready)
    left = left.filter(isWaiting)
  }
  return sorted
}

/** Migrations that were applied, oldest first: two databases with the same ones have the same schema. */
export async function findMigrations(client: Client): Promise<Migration[]> {
  const { rows } = await client.query<Migration>(`
    SELECT migration_name AS name, checksum FROM "_prisma_migrations"
    WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name`)
  return rows
}

/** The last value of each sequence that was ever used, as decimal text. */
export async function findSequences(client: Client): Promise<{ name: string; value: string }[]> {
  const { rows } = await client.query<{ name: string; value: string }>(`
    SELECT sequencename AS name, last_value::text AS value FROM pg_sequences
    WHERE schemaname = 'public' AND last_value IS NOT NULL ORDER BY 1`)
  return rows
}

export async function setSequence(client: Client, name: string, value: string): Promise<void> {
  await client.query('SELECT setval($1::text::regclass, $2::bigint)', [quoted(name), value])
}

/** Nobody else writes to any of them until the transaction ends. */
export async function lockTables(client: Client, tables: Table[]): Promise<void> {
  await client.query(`LOCK TABLE ${tables.map(({ name }) => quoted(name)).join(', ')} IN ACCESS EXCLUSIVE MODE`)
}

export async function hasRows(client: Client, { name }: Table): Promise<boolean> {
  const { rows } = await client.query<{ some: boolean }>(`SELECT EXISTS (SELECT 1 FROM ${quoted(name)}) AS some`)
  return rows[0]!.some
}

export async function clearTable(client: Client, name: string): Promise<void> {
  await client.query(`DELETE FROM ${quoted(name)}`)
}

/** The rows of a table as Postgres writes them, and how many there were. */
export async function* copyOut(client: Client, table: Table): AsyncGenerator<Buffer, number> {
  const stream = client.query(to(`COPY ${target(table)} TO STDOUT`))
  for await (const piece of stream) yield piece as Buffer
  return stream.rowCount
}

/** Returns how many rows came in. */
export async function copyIn(client: Client, table: Table, bytes: AsyncIterable<Uint8Array>): Promise<number> {
  const stream = client.query(from(`COPY ${target(table)} FROM STDIN`))
  await pipeline(Readable.from(bytes), stream)
  return stream.rowCount
}

function target({ name, columns }: Table): string {
  return `${quoted(name)} (${columns.map(quoted).join(', ')})`
}
