import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPostgres } from '../../scripts/embedded-postgres.ts'
import { findPrograms, worksHere, type RootWay } from '../../scripts/postgres-programs.ts'

async function value(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return Object.values((await client.query<Record<string, unknown>>(sql)).rows[0] ?? {})[0]
  } finally {
    await client.end()
  }
}

const isRoot = process.getuid?.() === 0
const canMakeNamespaces = await worksHere('namespace')
const ways: RootWay[] = isRoot && canMakeNamespaces ? ['namespace', 'nobody'] : ['nobody']

describe.each(ways)('embedded PostgreSQL (root gives up being root by: %s)', (way) => {
  let parent: string
  const folder = (): string => join(parent, 'inside/postgres')
  const start = (): ReturnType<typeof startPostgres> => startPostgres(folder(), { asRoot: [way] })

  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'fairlead-postgres-'))
    await mkdir(join(parent, 'inside'), { mode: 0o700 })
  })
  afterAll(() => rm(parent, { recursive: true, force: true }))

  it('keeps what was written over a stop, and wants its password', async () => {
    const first = await start()
    await value(first.url, 'CREATE TABLE kept AS SELECT 42 AS n')
    const wrong = new URL(first.url)
    wrong.password = 'wrong'
    await expect(value(wrong.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' })
    expect(await value(first.url, 'SHOW listen_addresses')).toBe('127.0.0.1')
    await first.stop()
    expect((await stat(join(folder(), 'server.json'))).mode & 0o777).toBe(0o600)
    const second = await start()
    expect(second.reused).toBe(false)
    expect(await value(second.url, 'SELECT n FROM kept')).toBe(42)
    await second.stop()
  })

  it('takes over a server whose parent was killed, and stops it', async () => {
    const program = `import { startPostgres } from './scripts/embedded-postgres.ts'
      startPostgres(process.argv[1], { asRoot: [process.argv[2]] }).then(() => { console.log('up'); setInterval(() => {}, 1000) })`
    const child = spawn('npx', ['--no-install', 'tsx', '-e', program, folder(), way], {
      cwd: join(import.meta.dirname, '../..'),
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    process.kill(-child.pid!, 'SIGKILL')
    const taken = await start()
    expect(taken.reused).toBe(true)
    await taken.stop()
    await expect(value(taken.url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await expect(stat(join(folder(), 'data/postmaster.pid'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

if (isRoot) {
  it('as nobody finds its programs in folders that only root may enter', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fairlead-closed-'))
    const program = join(folder, 'program')
    await writeFile(program, '', { mode: 0o755 })
    const [command, args] = (await findPrograms(['nobody'])).initdb([])
    const look = [process.execPath, '-e', 'fs.accessSync(process.argv[1], fs.constants.X_OK)', program]
    await promisify(execFile)(command, [...args.slice(0, -1), ...look])
    await rm(folder, { recursive: true })
  })
}
