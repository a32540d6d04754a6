// One transaction on one connection of the pool.
import type { Pool, PoolClient } from 'pg'
import type { Database } from './database.ts'
import type { Reader } from './reader.ts'

/** Commits what `work` did, or rolls it back when it throws. A connection that is broken leaves the pool. */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query('BEGIN')
    const result = await work(client)
    await client.query('COMMIT')
    return result
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: Error) => {
      broken = failure
    })
    throw error
  } finally {
    client.release(broken)
  }
}

/** The database as somebody inside `tx` sees it: transactions of the client that is given are part of `tx`. */
export function joined(db: Database, tx: Reader): Database {
  const prisma = new Proxy(tx, {
    get: (client, name): unknown =>
      name === '$transaction' ? (work: (inner: Reader) => unknown) => work(tx) : Reflect.get(client, name),
  }) as Database['prisma']
  return { ...db, prisma }
}
