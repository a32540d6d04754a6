// The one way to Postgres: a pool shared by Prisma (rows of nouns) and raw SQL (queue, events, log chunks).
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { PrismaClient } from './generated/client.ts'

export type Database = { prisma: PrismaClient; pool: pg.Pool; url: string; close(): Promise<void> }

/** Opens nothing yet: connections are made on first use. `size` is the largest number of connections. */
export function openDatabase(url: string, { size = 10 } = {}): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: size,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  })
  // A connection that the server closes, idle or between two queries of a transaction, must not end the process; the next
  // query says what is wrong.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool, { disposeExternalPool: false }),
    // A busy machine is slow, not broken: Prisma's own 2 and 5 s end transactions that only wait for their turn.
    transactionOptions: { maxWait: 10_000, timeout: 20_000 },
  })
  return {
    prisma,
    pool,
    url,
    async close() {
      await prisma.$disconnect()
      await pool.end()
    },
  }
}

/** By the clock that all workers share. */
export async function databaseNow(db: Database): Promise<Date> {
  const { rows } = await db.pool.query<{ now: Date }>(`SELECT clock_timestamp() AS "now"`)
  return rows[0]!.now
}
