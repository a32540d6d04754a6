import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pino from 'pino'
import { expect, test } from 'vitest'
import { isDatabaseAway } from '@/lib/store/away.ts'
import { openDatabase } from '@/lib/store/database.ts'
import type { Database } from '@/lib/store/database.ts'
import { migrate } from '../../scripts/migrate.ts'
import { keepPostgres } from '../../scripts/start-postgres.ts'

/** Uses the database until it has been away and is back; gives what was thrown on the way. */
async function errorsUntilBack(db: Database, use: () => Promise<unknown>, isOver: () => boolean): Promise<unknown[]> {
  const errors: unknown[] = []
  for (let wasAway = false; ; await delay(5)) {
    try {
      await use()
      if (isOver() && wasAway) return errors
    } catch (error) {
      wasAway = true
      errors.push(error)
    }
  }
}

test('whatever is thrown while PostgreSQL is killed and comes back says that it is away', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-away-'))
  const postgres = await keepPostgres(folder, pino({ level: 'silent' }))
  await migrate(postgres.url, join(import.meta.dirname, '../../prisma/migrations'))
  const db = openDatabase(postgres.url)
  const uses = [
    () => db.prisma.user.count(),
    () =>
      db.prisma.$transaction(async (tx) => [
        await tx.user.count(),
        await tx.$executeRaw`SELECT pg_sleep(0.02)`,
        await tx.user.count(),
      ]),
    () => db.pool.query('SELECT pg_sleep(0.02)'),
  ]
  const connection = async (): Promise<number> =>
    (
      await db.pool.query<{ pid: number }>(
        'SELECT pid FROM pg_stat_activity WHERE backend_type = $1 AND pid <> pg_backend_pid()',
        ['client backend'],
      )
    ).rows[0]!.pid
  const root = async (): Promise<number> =>
    Number((await readFile(join(folder, 'data/postmaster.pid'), 'utf8')).split('\n')[0])
  try {
    for (const victim of [connection, root]) {
      await Promise.all(uses.map((use) => use()))
      let isKilled = false
      const using = uses.map((use) => errorsUntilBack(db, use, () => isKilled))
      process.kill(await victim(), 'SIGKILL')
      isKilled = true
      const errors = (await Promise.all(using)).flat()
      expect(errors.filter((error) => !isDatabaseAway(error))).toEqual([])
    }
  } finally {
    await db.close()
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
})

test('what is wrong with a statement is nothing that passes', async () => {
  expect(isDatabaseAway(Object.assign(new Error('duplicate key'), { code: '23505' }))).toBe(false)
  expect(
    isDatabaseAway(Object.assign(new Error('no such table'), { code: 'P2021', meta: { modelName: 'User' } })),
  ).toBe(false)
  expect(isDatabaseAway('Connection terminated')).toBe(false)
  expect(isDatabaseAway(null)).toBe(false)
})
