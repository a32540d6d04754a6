import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import pino from 'pino'
import { expect, it, vi } from 'vitest'
import { openMirrors } from '@/lib/git/mirrors.ts'
import { openSecrets } from '@/lib/secrets.ts'
import { openConnector } from '@/lib/ssh/connector.ts'
import { openDatabase } from '@/lib/store/database.ts'
import { startAnswering } from '@/lib/worker/asks.ts'
import { startWorker } from '@/lib/worker/loop.ts'
import { openRecent } from '@/lib/worker/recent.ts'
import { Turns } from '@/lib/worker/turns.ts'
import type { Worker } from '@/lib/worker/worker.ts'
import { testDatabase } from '../database.ts'
import { openRelay } from '../ssh/relay.ts'

it('says once that the database is away, and once that it is back', async () => {
  const database = await testDatabase()
  const url = new URL(database.url)
  const line = { host: url.hostname, port: Number(url.port) }
  const relay = await openRelay({ ...line, id: 'database', user: '', privateKey: '', hostKey: null })
  url.port = String(relay.address.port)
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-away-'))
  const db = openDatabase(url.href)
  const connector = openConnector()
  const said: { level: number; msg: string }[] = []
  const log = pino(
    new Writable({
      write(text: Buffer, _encoding, done) {
        said.push(JSON.parse(text.toString()) as (typeof said)[number])
        done()
      },
    }),
  )
  const mirrors = await openMirrors({ folder, localPrefixes: [] })
  const secrets = openSecrets(randomBytes(32))
  const hooks: Worker['hooks'] = openRecent(1)
  const turns = new Turns()
  const worker = { id: 'worker', db, secrets, connector, mirrors, panelId: 'panel', hooks, turns, log }
  const parts = await Promise.all([startWorker(worker, 'test'), startAnswering(worker)])
  try {
    const before = relay.accepted()
    // Of the three that ask again and again, none gets so many refusals without asking several times.
    relay.refuseNext(15)
    relay.cut()
    await vi.waitFor(() => expect(said.at(-1)?.msg).toBe('the database is back'), { timeout: 50_000 })
    expect(relay.accepted() - before).toBeGreaterThan(15)
    expect(said.map(({ level, msg }) => [pino.levels.labels[level], msg])).toEqual([
      ['warn', 'the database is away'],
      ['info', 'the database is back'],
    ])
  } finally {
    await Promise.all(parts.map((part) => part.stop()))
    await connector.close()
    await db.close()
    await relay.close()
    await database.drop()
    await rm(folder, { recursive: true })
  }
})
