import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'

export type TestDatabase = { url: string; drop(): Promise<void> }

async function statement(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('adminUrl') })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

/**
 * A database of one's own with every migration applied, in some 50 ms. Call it in `beforeAll`, and `drop` in `afterAll`;
 * connections still open are closed by it.
 * @param options.empty a database without any table instead
 */
export async function testDatabase({ empty = false } = {}): Promise<TestDatabase> {
  const template = empty ? 'template1' : new URL(inject('templateUrl')).pathname.slice(1)
  const name = `test_${randomBytes(6).toString('hex')}`
  await statement(`CREATE DATABASE ${name} TEMPLATE ${template}`)
  const url = new URL(inject('adminUrl'))
  url.pathname = `/${name}`
  return { url: url.href, drop: () => statement(`DROP DATABASE ${name} WITH (FORCE)`) }
}
