// Backup, restoring and another key, as they are typed; the embedded database is started for it when there is no other.
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openContext } from '@/lib/panel/context.ts'
import { actorOfToken } from '@/lib/panel/people.ts'
import { ensureKey } from '@/lib/secrets.ts'
import { readSettings } from '@/lib/settings.ts'
import { startPostgres } from '@/scripts/embedded-postgres.ts'
import { testDatabase, type TestDatabase } from '../database.ts'
import { startHeir } from '../postgres.ts'
import { run } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-keeping-'))
const heir = startHeir(folder)
const file = join(folder, 'panel.backup')
const passphrase = 'correct horse battery\n'
let database: TestDatabase
let env: Record<string, string>
let token: string
beforeAll(async () => {
  database = await testDatabase()
  env = { DATABASE_URL: database.url, FAIRLEAD_DATA: join(folder, 'first') }
  await ensureKey(join(folder, 'first', 'secret.key'))
  await run(['admin', 'owner', 'create', '--email', 'ada@example.org', '--name', 'Ada'], env, passphrase)
  token = (await run(['admin', 'token', 'create', '--name', 'ci'], env)).out.trim()
})
afterAll(async () => {
  await database.drop()
  await heir.leave()
  rmSync(folder, { recursive: true, force: true })
})

describe('attack 46: fairlead admin backup', () => {
  it('goes into a file, and from there into an empty data folder with a database of its own', async () => {
    const made = await run(['admin', 'backup', 'create', file], env, passphrase)
    expect(made).toMatchObject({ code: 0, out: '', err: expect.stringMatching(/holds \d+ rows and the key/) })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(await run(['admin', 'backup', 'create', file], env, passphrase)).toMatchObject({ code: 4 })

    const dataDir = join(folder, 'second')
    expect(await run(['admin', 'backup', 'restore', file], { FAIRLEAD_DATA: dataDir }, passphrase)).toMatchObject({
      code: 0,
      err: expect.stringContaining('rows are back'),
    })
    const postgres = await startPostgres(join(dataDir, 'postgres'))
    try {
      const ctx = openContext(readSettings({ DATABASE_URL: postgres.url, FAIRLEAD_DATA: dataDir }))
      expect(await actorOfToken(ctx, token)).toMatchObject({ kind: 'token', name: 'ci' })
      await ctx.db.close()
    } finally {
      await postgres.stop()
    }
  })

  it('says what is wrong, and leaves everything as it is', async () => {
    for (const args of [['backup'], ['backup', 'create'], ['backup', 'restore', 'a', 'b'], ['rotate-key', 'now']])
      expect(await run(['admin', ...args], env, passphrase), args.join(' ')).toMatchObject({ code: 2 })
    expect(await run(['admin', 'backup', 'restore', join(folder, 'none')], env, passphrase)).toMatchObject({
      code: 2,
      err: expect.stringContaining('can’t be read'),
    })
    const short = await run(['admin', 'backup', 'create', join(folder, 'short')], env, 'short\n')
    expect(short).toMatchObject({ code: 2, err: expect.stringContaining('12 characters') })
    expect(existsSync(join(folder, 'short'))).toBe(false)
  })
})
