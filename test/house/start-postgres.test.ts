import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import pino from 'pino'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { keepPostgres } from '../../scripts/start-postgres.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-kept-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function count(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<{ n: number }>('SELECT count(*)::int AS n FROM kept')).rows[0]!.n
  } finally {
    await client.end()
  }
}

it('a PostgreSQL that was killed comes back at the same address with all that was committed', async () => {
  const postgres = await keepPostgres(folder, pino({ level: 'silent' }))
  try {
    const client = new pg.Client({ connectionString: postgres.url })
    client.on('error', () => {})
    await client.connect()
    await client.query('CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n')
    process.kill(Number((await readFile(join(folder, 'data/postmaster.pid'), 'utf8')).split('\n')[0]), 'SIGKILL')
    await vi.waitFor(async () => expect(await count(postgres.url)).toBe(1000), { timeout: 40_000, interval: 100 })
  } finally {
    await postgres.stop()
  }
  await expect(count(postgres.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})
