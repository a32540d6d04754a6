import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { actorOfToken, signIn } from '@/lib/panel/people.ts'
import { isSetUp } from '@/lib/panel/setup.ts'
import { openContext, type Context } from '@/lib/panel/context.ts'
import { readSettings } from '@/lib/settings.ts'
import { testDatabase, type TestDatabase } from '../database.ts'
import { run } from './program.ts'

let database: TestDatabase
let env: Record<string, string>
let ctx: Context
const folder = mkdtempSync(join(tmpdir(), 'fairlead-admin-'))
beforeAll(async () => {
  database = await testDatabase()
  writeFileSync(join(folder, 'secret.key'), randomBytes(32).toString('hex'), { mode: 0o600 })
  env = { DATABASE_URL: database.url, FAIRLEAD_DATA: folder }
  ctx = openContext(readSettings(env))
})
afterAll(async () => {
  await ctx.db.close()
  await database.drop()
  rmSync(folder, { recursive: true })
})

const password = 'correct horse battery'
const owner = ['admin', 'owner', 'create', '--email', 'ada@example.org', '--name', 'Ada']
const token = ['admin', 'token', 'create', '--name', 'ci']

describe('fairlead admin', () => {
  it('makes one owner, then tokens that work', async () => {
    expect(await run(token, env)).toMatchObject({ code: 2, out: '', err: expect.stringContaining('no owner yet') })
    expect(await run(owner, env, 'short\n')).toMatchObject({ code: 2, err: expect.stringContaining('password') })
    expect(await isSetUp(ctx)).toBe(false)
    expect(await run(owner, env, `${password}\n`)).toEqual({ code: 0, out: '', err: 'Ada owns this panel now.\n' })
    const given = { email: 'ada@example.org', password, address: '192.0.2.1', userAgent: '' }
    expect((await signIn(ctx, given)).actor).toMatchObject({ name: 'Ada', role: 'owner' })
    expect(await run(owner, env, `${password}\n`)).toMatchObject({
      code: 4,
      err: expect.stringContaining('owner already'),
    })

    const made = await run([...token, '--role', 'viewer', '--days', '7'], env)
    expect(made).toMatchObject({ code: 0, err: expect.stringContaining('shown this once') })
    expect(await actorOfToken(ctx, made.out.trim())).toMatchObject({ kind: 'token', name: 'ci', role: 'viewer' })
    const [row] = await ctx.db.prisma.token.findMany()
    expect(Math.round((row!.expiresAt!.getTime() - row!.createdAt.getTime()) / 86_400_000)).toBe(7)
  })

  it('says what is wrong without touching anything', async () => {
    for (const args of [
      ['admin'],
      ['admin', 'owner', 'remove'],
      ['admin', 'owner', 'create'],
      [...token, '--role', 'king'],
      [...token, '--secret', 'x'],
    ])
      expect(await run(args, env)).toMatchObject({ code: 2, out: '' })
    const away = await run(token, { FAIRLEAD_DATA: folder })
    expect(away).toMatchObject({ code: 3, err: expect.stringContaining('No panel runs') })
    rmSync(join(folder, 'secret.key'))
    expect(await run(token, env)).toMatchObject({ code: 3, err: expect.stringContaining('secret.key') })
  })
})
