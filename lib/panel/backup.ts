// The whole panel as one encrypted file: all tables as they stand at one moment, and the key that opens the secrets in them.
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createWriteStream } from 'node:fs'
import { link, open, rm } from 'node:fs/promises'
import type pg from 'pg'
import { z } from 'zod'
import { actorText } from '@/lib/access.ts'
import { PanelError } from '@/lib/errors.ts'
import { putKey } from '@/lib/secrets.ts'
import * as store from '@/lib/store/backup.ts'
import type { Database } from '@/lib/store/database.ts'
import { inTransaction } from '@/lib/store/transaction.ts'
import { readFrames, writeFrame, type Frame } from './backup-frames.ts'
import { systemActor } from './context.ts'
import { seal, unseal } from './sealed-file.ts'

const aboutSchema = z.object({
  createdAt: z.iso.datetime(),
  migrations: z.array(z.object({ name: z.string(), checksum: z.string() })),
})
export type BackupReport = { createdAt: string; rows: number }

const passphraseText = z
  .string()
  .min(12, 'The passphrase needs at least 12 characters.')
  .max(1000, 'The passphrase has at most 1,000 characters.')

/**
 * Writes the backup to `path`, which must not exist; the file appears when it is whole. The panel may run meanwhile.
 * PanelError: invalid (passphrase), conflict (the file exists).
 */
export async function createBackup(
  db: Database,
  { key, passphrase, path }: { key: Uint8Array; passphrase: string; path: string },
): Promise<BackupReport> {
  const checked = passphraseText.safeParse(passphrase)
  if (!checked.success) throw new PanelError('invalid', checked.error.issues[0]!.message)
  const client = await db.pool.connect()
  // A name of its own: of two at once, none writes into, or takes away, what the other one is writing.
  const part = `${path}.part-${randomBytes(4).toString('hex')}`
  let rows = 0
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const about = { createdAt: new Date().toISOString(), migrations: await store.findMigrations(client) }
    const content = framesOf(client, (count) => (rows += count))
    const sealed = seal(content, { passphrase: checked.data, secret: key, about })
    await pipeline(Readable.from(sealed), createWriteStream(part, { mode: 0o600, flags: 'wx', flush: true }))
    await client.query('COMMIT')
    await link(part, path)
    return { createdAt: about.createdAt, rows }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new PanelError('conflict', `${path} exists already.`)
    throw error
  } finally {
    // A connection in the middle of a COPY is of no use to anybody.
    client.release(true)
    await rm(part, { force: true })
  }
}

async function* framesOf(client: pg.PoolClient, count: (rows: number) => void): AsyncGenerator<Uint8Array> {
  for (const table of await store.findTables(client)) {
    yield writeFrame({ type: 'table', table })
    const pieces = store.copyOut(client, table)
    for (;;) {
      const { done, value } = await pieces.next()
      if (done) {
        count(value)
        yield writeFrame({ type: 'end', rows: value })
        break
      }
      yield writeFrame({ type: 'rows', bytes: value })
    }
  }
  for (const sequence of await store.findSequences(client)) yield writeFrame({ type: 'sequence', ...sequence })
}

/** What a panel that was started, but not set up, has written by itself. */
const ownRows = ['Setting', 'Worker', 'Ask', 'Throttle']

/**
 * Puts a backup into an empty database with the same schema, and its key to `keyPath`: all or nothing.
 * PanelError: invalid (file), forbidden (passphrase), conflict (not empty; another schema; another key lies there).
 */
export async function restoreBackup(
  db: Database,
  { path, passphrase, keyPath }: { path: string; passphrase: string; keyPath: string },
): Promise<BackupReport> {
  const file = await open(path).catch((cause: unknown) => {
    throw new PanelError('not_found', `${path} can’t be read.`, {}, { cause })
  })
  let takeKeyBack: () => Promise<void> = () => Promise.resolve()
  try {
    const { about, secret, content } = await unseal(file.createReadStream({ autoClose: false }), passphrase)
    const { createdAt, migrations } = aboutSchema.parse(about)
    return await inTransaction(db.pool, async (client) => {
      refuseOther(migrations, await store.findMigrations(client))
      const tables = await store.findTables(client)
      await store.lockTables(client, tables)
      for (const table of tables)
        if (!ownRows.includes(table.name) && (await store.hasRows(client, table)))
          throw new PanelError('conflict', `The database isn’t empty: there is something in ${table.name}.`)
      for (const name of ownRows) await store.clearTable(client, name)
      const rows = await putFrames(client, tables, readFrames(content))
      const by = systemActor('console')
      await client.query(
        `INSERT INTO "AuditEntry" ("actor", "actorName", "action", "subject", "data") VALUES ($1, $2, 'panel.restore', 'panel', $3)`,
        [actorText(by), by.name, { createdAt }],
      )
      takeKeyBack = await putKey(keyPath, secret)
      return { createdAt, rows }
    })
  } catch (error) {
    await takeKeyBack()
    throw error
  } finally {
    await file.close()
  }
}

function refuseOther(theirs: store.Migration[], ours: store.Migration[]): void {
  const differ = (a: store.Migration[], b: store.Migration[]): string[] =>
    a.filter((one) => !b.some((two) => two.name === one.name && two.checksum === one.checksum)).map(({ name }) => name)
  const [more, less] = [differ(theirs, ours), differ(ours, theirs)]
  if (more.length + less.length === 0) return
  const what = [more.length ? `it has ${more.join(', ')}` : '', less.length ? `it lacks ${less.join(', ')}` : '']
  throw new PanelError(
    'conflict',
    `The backup was made by another version of Fairlead (${what.filter(Boolean).join('; ')}). Restore it with that version.`,
  )
}

/** Returns how many rows there are now. */
async function putFrames(client: pg.PoolClient, tables: store.Table[], frames: AsyncGenerator<Frame>): Promise<number> {
  let rows = 0
  const missing = new Map(tables.map((table) => [table.name, table]))
  for (let step = await frames.next(); !step.done; step = await frames.next()) {
    const frame = step.value
    if (frame.type === 'sequence') await store.setSequence(client, frame.name, frame.value)
    if (frame.type !== 'table') continue
    const table = missing.get(frame.table.name)
    if (!table || [...table.columns].sort().join() !== [...frame.table.columns].sort().join())
      throw new PanelError('conflict', `The backup’s ${frame.table.name} has other columns than this database.`)
    missing.delete(table.name)
    let promised = -1
    const came = await store.copyIn(
      client,
      frame.table,
      (async function* () {
        for (let next = await frames.next(); !next.done; next = await frames.next()) {
          if (next.value.type === 'rows') yield next.value.bytes
          else if (next.value.type === 'end') {
            promised = next.value.rows
            return
          }
        }
      })(),
    )
    if (came !== promised)
      throw new PanelError('invalid', `Of ${table.name}, ${came} rows came instead of ${promised}.`)
    rows += came
  }
  if (missing.size > 0) throw new PanelError('invalid', `The backup has nothing of ${[...missing.keys()].join(', ')}.`)
  return rows
}
