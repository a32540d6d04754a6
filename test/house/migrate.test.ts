import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrate } from '../../scripts/migrate.ts'
import { testDatabase, type TestDatabase } from '../database.ts'

const root = join(import.meta.dirname, '../..')
const migrations = join(root, 'prisma/migrations')

async function rows(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

describe('migrate', () => {
  let folder: string
  const databases: TestDatabase[] = []
  const empty = async (): Promise<string> => {
    const database = await testDatabase({ empty: true })
    databases.push(database)
    return database.url
  }
  const add = async (name: string, sql: string): Promise<void> => {
    await mkdir(join(folder, name), { recursive: true })
    await writeFile(join(folder, name, 'migration.sql'), sql)
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fairlead-migrations-'))
    await add('0001_first', 'CREATE TABLE a (n int); INSERT INTO a VALUES (1);')
    await add('0002_second', 'CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;')
  })
  afterAll(async () => {
    await Promise.all(databases.map((database) => database.drop()))
    await rm(folder, { recursive: true, force: true })
  })

  it('applies each migration once, in order, also when two begin together', async () => {
    const url = await empty()
    const done = await Promise.all([migrate(url, folder), migrate(url, folder)])
    expect(done.flat()).toEqual(['0001_first', '0002_second'])
    expect(await rows(url, 'SELECT n FROM a')).toEqual([{ n: 1 }])
    expect(await migrate(url, folder)).toEqual([])
  })

  it('leaves nothing of a migration that failed, and says so at the next start', async () => {
    const url = await empty()
    await add('0003_wrong', 'CREATE TABLE b (n int); SELECT nonsense;')
    try {
      await expect(migrate(url, folder)).rejects.toThrow(/0003_wrong failed: column "nonsense" does not exist/)
      expect(await rows(url, `SELECT to_regclass('b') AS b`)).toEqual([{ b: null }])
      await expect(migrate(url, folder)).rejects.toThrow(/0003_wrong failed before/)
    } finally {
      await rm(join(folder, '0003_wrong'), { recursive: true })
    }
  })

  it('refuses a database of a newer version', async () => {
    const url = await empty()
    await add('0009_future', 'CREATE TABLE future (n int)')
    await migrate(url, folder)
    await rm(join(folder, '0009_future'), { recursive: true })
    await expect(migrate(url, folder)).rejects.toThrow(/newer version of Fairlead \(it has 0009_future/)
  })

  it('says which database is away, without its password', async () => {
    const failure = migrate('postgresql://me:hidden-password@127.0.0.1:1/panel', folder)
    await expect(failure).rejects.toThrow(/127\.0\.0\.1:1\/panel can't be used \(ECONNREFUSED\)/)
    await expect(failure).rejects.not.toThrow(/hidden-password/)
  })

  it('makes exactly the schema that prisma/schema.prisma describes', async () => {
    const url = await empty()
    await migrate(url, migrations)
    const prisma = [
      '--no-install',
      'prisma',
      'migrate',
      'diff',
      '--from-config-datasource',
      '--to-schema',
      'prisma/schema.prisma',
      '--script',
    ]
    const { stdout } = await promisify(execFile)('npx', prisma, {
      cwd: root,
      env: { ...process.env, DATABASE_URL: url },
    })
    expect(stdout.trim()).toBe('-- This is an empty migration.')
    const [{ epoch }] = (await rows(url, `SELECT nextval('fairlead_epoch')::int AS epoch`)) as [{ epoch: number }]
    expect(epoch).toBeGreaterThan(0)
  })
})
