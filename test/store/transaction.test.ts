import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '@/lib/store/database.ts'
import type { Database } from '@/lib/store/database.ts'
import { isDatabaseAway } from '@/lib/store/away.ts'
import { inTransaction } from '@/lib/store/transaction.ts'
import { testDatabase } from '../database.ts'
import type { TestDatabase } from '../database.ts'

let database: TestDatabase
let db: Database
beforeAll(async () => {
  database = await testDatabase()
  db = openDatabase(database.url)
})
afterAll(async () => {
  await db.close()
  await database.drop()
})

test('a connection that ends between two queries of a transaction ends the transaction, not the process', async () => {
  const failure = await inTransaction(db.pool, async (client) => {
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    // Not `once`, which would reject with the connection's own error: here the next query is what says so.
    const ended = new Promise<void>((resolve) => client.on('end', () => resolve()))
    await db.pool.query('SELECT pg_terminate_backend($1)', [rows[0]!.pid])
    await ended
    await client.query('SELECT 1')
  }).catch((error: unknown) => error)
  expect(isDatabaseAway(failure)).toBe(true)
  expect((await db.pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
})
