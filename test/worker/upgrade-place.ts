// A panel of version 0.1 as it was before it knew of several servers, brought to today's schema while deployments are under way.
// What it had in its database, what its worker had sent and what its servers had written down were recorded from that version.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import pg from 'pg'
import { openConnector } from '@/lib/ssh/connector.ts'
import { startExchange } from '@/lib/worker/exchange.ts'
import { migrate } from '../../scripts/migrate.ts'
import { testDatabase } from '../database.ts'
import { Repository } from '../git/fixtures.ts'
import { openPlace } from './place.ts'
import type { Place } from './place.ts'

/** What a worker sent to start a segment; `payloads` in base64. */
type Stream = { program: string; secret: string; payloads: string }
type Site = {
  name: string
  environmentId: string
  /** The deployment that is under way, the last of the environment. */
  deploymentId: string
  number: number
  root: string
  /** Of tables, as PostgreSQL reads them. */
  rows: Record<string, unknown[]>
  /** As it was when the worker stopped, in a hook; null where nothing had been sent. */
  journal: string | null
  /** Of all its deployments, in order. */
  streams: Stream[]
}
type Recorded = {
  env: string
  env2: string
  /** As `git fast-import` reads it. */
  repository: string
  sites: Site[]
  rows: Record<string, unknown[]>
}
export type UpgradedSite = { id: string; deploymentId: string; root: string }

const migrations = join(import.meta.dirname, '../../prisma/migrations')
/** The first migration that the recorded version doesn't have. */
const firstUnknown = '0019'

/** What was under way is there again, on a server of today. Close it. */
export async function openUpgradedPlace() {
  const packed = await readFile(join(import.meta.dirname, 'upgrade/before-several-servers.json.br'))
  const recorded = JSON.parse(brotliDecompressSync(packed).toString()) as Recorded
  const database = await testDatabase({ empty: true })
  await loadOld(database.url, recorded)
  await migrate(database.url, migrations)
  const place = await openPlace({}, Promise.resolve(database))
  const repository = new Repository(join(place.folder, 'repository'))
  execFileSync('git', ['fast-import', '--quiet'], { cwd: repository.path, input: recorded.repository })
  await place.db.pool.query(
    `UPDATE "Server" old SET "host" = now."host", "port" = now."port", "user" = now."user", "privateKey" = now."privateKey",
       "hostKey" = now."hostKey" FROM "Server" now WHERE old."name" = 'web-old' AND now."name" = 'web-1'`,
  )
  await place.db.prisma.project.updateMany({ data: { repositoryUrl: repository.path } })
  for (const [number, text] of [recorded.env, recorded.env2].entries())
    await place.db.prisma.variableSet.updateMany({
      where: { number: number + 1 },
      data: { text: place.secrets.encrypt(text) },
    })
  return {
    place,
    /** Brings its server to where it was, and gives the environment. */
    async site(name: string): Promise<UpgradedSite> {
      const site = recorded.sites.find((one) => one.name === name)!
      const root = await place.host.root()
      await moveTo(place, site, root)
      await replay(place, site, root)
      return { id: site.environmentId, deploymentId: site.deploymentId, root }
    },
    close: () => place.close(),
  }
}

async function loadOld(url: string, { rows, sites }: Recorded): Promise<void> {
  const old = await mkdtemp(join(tmpdir(), 'fairlead-old-'))
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (const name of (await readdir(migrations)).filter((one) => one < firstUnknown))
      await cp(join(migrations, name), join(old, name), { recursive: true })
    await migrate(url, old)
    await client.query('SET session_replication_role = replica')
    for (const tables of [rows, ...sites.map((site) => site.rows)])
      for (const [table, values] of Object.entries(tables))
        await client.query(
          `INSERT INTO "${table}" SELECT * FROM json_populate_recordset(NULL::"${table}", $1)
           ON CONFLICT DO NOTHING`,
          [JSON.stringify(values)],
        )
    await client.query(`SELECT setval('fairlead_epoch', (SELECT max("epoch") FROM "Deployment"))`)
    await client.query(`SELECT setval(pg_get_serial_sequence('"LogChunk"', 'id'), (SELECT max("id") FROM "LogChunk"))`)
  } finally {
    await client.end()
    await rm(old, { recursive: true })
  }
}

/** The folder of the environment has another name here. */
async function moveTo({ db }: Place, { environmentId, root: old }: Site, root: string): Promise<void> {
  const of = [environmentId, old, root]
  await db.pool.query('UPDATE "Target" SET "root" = $3 WHERE "environmentId" = $1 AND "root" = $2', of)
  await db.pool.query(
    'UPDATE "Deployment" SET "plan" = replace("plan"::text, $2, $3)::jsonb WHERE "environmentId" = $1',
    of,
  )
}

/** Sends again what was sent, until the server has come as far as it had. */
async function replay(place: Place, site: Site, root: string): Promise<void> {
  const connector = openConnector()
  const connection = await connector.connect(place.host.address)
  const isSent = site.journal !== null
  for (const [index, stream] of site.streams.entries()) {
    const isLast = isSent && index === site.streams.length - 1
    if (isLast) await place.host.shell(`touch ${root}/wait`)
    const { program, parts } = moved(stream, site.root, root)
    const exchange = await startExchange(connection, program, parts)
    const steps = site.rows.StepLog as { deploymentId: string; step: number; rawOffset: number }[]
    const read = new Map(
      steps.filter((row) => row.deploymentId === site.deploymentId).map((row) => [row.step, row.rawOffset]),
    )
    const lines = site.journal?.split('\n').length
    let journal = Buffer.alloc(0)
    for await (const frame of exchange.frames) {
      if (!isLast) continue
      if (frame.type === 'J') journal = Buffer.concat([journal.subarray(0, frame.offset), frame.bytes])
      if (frame.type === 'O' && frame.offset + frame.bytes.length >= (read.get(frame.step) ?? Infinity))
        read.delete(frame.step)
      if (journal.toString().split('\n').length === lines && read.size === 0) break
    }
    exchange.close()
    if (isLast)
      await place.db.prisma.segmentRun.updateMany({
        where: { deploymentId: site.deploymentId },
        data: { journalOffset: journal.length },
      })
  }
  connection.end()
  await connector.close()
}

/** The same stream for another folder: what variables say of it goes with a hash. */
function moved({ program, secret, payloads }: Stream, old: string, root: string) {
  const bytes = Buffer.from(secret.replaceAll(old, root))
  const hash = createHash('sha256').update(bytes).digest('hex')
  const told = program
    .replaceAll(old, root)
    .replace(/^secret_length=.*$/m, `secret_length='${bytes.length}'`)
    .replace(/^secret_hash=.*$/m, `secret_hash='${hash}'`)
  return { program: told, parts: [bytes, Buffer.from(payloads, 'base64')] }
}
