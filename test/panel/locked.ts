import type { PoolClient } from 'pg'
import { expect, vi } from 'vitest'
import type { Context } from '@/lib/panel/context.ts'

/**
 * Begins `act` while another transaction holds what `lock` locks, does `meanwhile` in that one as soon as somebody waits for
 * it, and gives what `act` comes to when the lock is gone.
 */
export async function meetLock<T>(
  { db: { pool } }: Pick<Context, 'db'>,
  lock: string,
  act: () => Promise<T>,
  meanwhile: (client: PoolClient) => Promise<unknown>,
): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    await client.query(lock)
    const acting = act()
    await vi.waitFor(async () => {
      const waiting = await pool.query(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      )
      expect(waiting.rowCount).toBe(1)
    }, 30_000)
    await meanwhile(client)
    await client.query('COMMIT')
    return await acting
  } finally {
    client.release()
  }
}
