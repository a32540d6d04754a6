// The columns that hold what the panel's key encrypts. A test compares this list with the schema.
import pg from 'pg'

type Client = pg.PoolClient
/** `words` is SQL that names a row `t` for people. */
export type EncryptedColumn = { table: string; column: string; words: string }

export const encryptedColumns: EncryptedColumn[] = [
  { table: 'User', column: 'totpSecret', words: `'two-factor secret of ' || t."email"` },
  { table: 'KeptAnswer', column: 'answer', words: `'answer kept for ' || t."actor"` },
  { table: 'Project', column: 'credential', words: `'credential of project ' || t."name"` },
  {
    table: 'Channel',
    column: 'config',
    words: `'channel ' || t."name" || ' of project ' || (SELECT p."name" FROM "Project" p WHERE p."id" = t."projectId")`,
  },
  { table: 'Server', column: 'privateKey', words: `'private key of server ' || t."name"` },
  {
    table: 'VariableSet',
    column: 'text',
    words: `'variables ' || t."number" || ' of ' || (
      SELECT p."name" || ' ' || e."name" FROM "Environment" e JOIN "Project" p ON p."id" = e."projectId" WHERE e."id" = t."environmentId")`,
  },
  {
    table: 'ConfigFileRevision',
    column: 'content',
    words: `'revision ' || t."number" || ' of file ' || (SELECT f."path" FROM "ConfigFile" f WHERE f."id" = t."fileId")`,
  },
  { table: 'Webhook', column: 'secret', words: `'secret of webhook ' || t."id"` },
  { table: 'Webhook', column: 'previousSecret', words: `'secret before the last of webhook ' || t."id"` },
]

const atOnce = 500

/** Puts every writer of these columns in line until the transaction ends; readers go on. */
export async function lockEncrypted(client: Client): Promise<void> {
  const names = encryptedColumns.map(({ table }) => pg.escapeIdentifier(table))
  await client.query(`LOCK TABLE ${names.join(', ')} IN EXCLUSIVE MODE`)
}

/** Replaces each value of a column by what `turn` makes of it (null = it stays); returns how many were replaced. */
export async function turnColumn(
  client: Client,
  { table, column, words }: EncryptedColumn,
  turn: (blob: Buffer, name: string) => Uint8Array | null,
): Promise<number> {
  const [from, field] = [pg.escapeIdentifier(table), pg.escapeIdentifier(column)]
  let turned = 0
  for (let after = ''; ;) {
    const { rows } = await client.query<{ id: string; blob: Buffer; name: string }>(
      `SELECT t."id", t.${field} AS blob, ${words} AS name FROM ${from} t
       WHERE t.${field} IS NOT NULL AND t."id" > $1 ORDER BY t."id" LIMIT ${atOnce}`,
      [after],
    )
    const changed = rows.flatMap(({ id, blob, name }) => {
      const next = turn(blob, name)
      return next ? [{ id, next: Buffer.from(next) }] : []
    })
    if (changed.length > 0)
      await client.query(
        `UPDATE ${from} t SET ${field} = v.next FROM unnest($1::text[], $2::bytea[]) AS v(id, next) WHERE t."id" = v.id`,
        [changed.map(({ id }) => id), changed.map(({ next }) => next)],
      )
    turned += changed.length
    const last = rows.at(-1)
    if (!last || rows.length < atOnce) return turned
    after = last.id
  }
}
