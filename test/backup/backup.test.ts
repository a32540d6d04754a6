// A backup of a real panel, put back into another database: the same state, and secrets that can be read.
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBackup, restoreBackup } from '@/lib/panel/backup.ts'
import type { Context } from '@/lib/panel/context.ts'
import { openSecrets, readKey } from '@/lib/secrets.ts'
import { openDatabase, type Database } from '@/lib/store/database.ts'
import { testDatabase, type TestDatabase } from '../database.ts'
import { insertReadyEnvironment, succeed } from '../panel/deployments.ts'
import { openPanel, owner, refused } from '../panel/panel.ts'
import { requestDeployment } from '@/lib/panel/deployments.ts'
import { saveVariables } from '@/lib/panel/variables.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-backup-'))
const passphrase = 'ein langer Satz für Ümlaute'
const key = randomBytes(32)
let panel: Awaited<ReturnType<typeof openPanel>>
let ctx: Context
let environmentId: string
const backup = join(folder, 'panel.backup')

beforeAll(async () => {
  panel = await openPanel()
  ctx = { ...panel.ctx, secrets: openSecrets(key) }
  environmentId = await insertReadyEnvironment(ctx)
  await saveVariables(ctx, owner, { environmentId, text: 'SECRET=hunter2\n', basedOn: null })
  await requestDeployment(ctx, owner, { environmentId })
  await succeed(ctx, 'succeeded')
  await requestDeployment(ctx, owner, { environmentId })
  // Every byte there is, and more than one chunk of them.
  const bytes = Buffer.concat(
    Array.from({ length: 1_000 }, () => Buffer.from(Uint8Array.from({ length: 256 }, (_, n) => n))),
  )
  const { id } = await ctx.db.prisma.deployment.findFirstOrThrow()
  const chunk = { deploymentId: id, segment: 'main', step: 9, offset: 0n, firstLine: 0, lines: 1, bytes }
  await ctx.db.prisma.logChunk.create({ data: chunk })
  await createBackup(ctx.db, { key, passphrase, path: backup })
}, 60_000)
afterAll(async () => {
  await panel.close()
  rmSync(folder, { recursive: true })
})

/** Every row of every table as text, in an order of its own; what the restoring itself writes is left out. */
async function contents(db: Database): Promise<Record<string, string[]>> {
  const { rows: tables } = await db.pool.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> '_prisma_migrations'`,
  )
  const all: Record<string, string[]> = {}
  for (const { name } of tables) {
    const { rows } = await db.pool.query<{ line: string }>(
      `SELECT t::text AS line FROM "${name}" t WHERE t::text NOT LIKE '%panel.restore%' ORDER BY 1`,
    )
    all[name] = rows.map(({ line }) => line)
  }
  return all
}

async function withEmpty(work: (db: Database, keyPath: string) => Promise<void>): Promise<void> {
  const own: TestDatabase = await testDatabase()
  const db = openDatabase(own.url)
  const home = mkdtempSync(join(folder, 'home-'))
  try {
    await work(db, join(home, 'secret.key'))
  } finally {
    await db.close()
    await own.drop()
  }
}

// Passphrases are made costly on purpose, and a damaged file is tried in many ways.
describe('a backup', { timeout: 240_000 }, () => {
  it('attack 46: is for its owner alone, and tells nothing that was stored', () => {
    expect(statSync(backup).mode & 0o777).toBe(0o600)
    const bytes = readFileSync(backup)
    for (const word of ['hunter2', 'example.org', 'Deployment', key.toString('hex'), key.toString('base64')])
      expect(bytes.includes(word), word).toBe(false)
    expect(readdirSync(folder).filter((name) => name.includes('.part'))).toEqual([])
  })

  it('is put back row by row, with the key that opens its secrets, and ids go on where they were', () =>
    withEmpty(async (db, keyPath) => {
      const report = await restoreBackup(db, { path: backup, passphrase, keyPath })
      const [then, now] = [await contents(ctx.db), await contents(db)]
      expect(now).toEqual(then)
      expect(report.rows).toBe(Object.values(then).flat().length)
      expect(statSync(keyPath).mode & 0o777).toBe(0o600)
      const secrets = openSecrets(readKey(keyPath))
      const set = await db.prisma.variableSet.findFirstOrThrow()
      expect(Buffer.from(secrets.decrypt(set.text)).toString()).toBe('SECRET=hunter2\n')
      const restored = { ...ctx, db, secrets }
      await requestDeployment(restored, owner, { environmentId })
      await succeed(restored, 'succeeded')
      const entries = await db.prisma.auditEntry.findMany({ orderBy: { id: 'asc' } })
      expect(entries.map(({ action }) => action)).toContain('panel.restore')
    }))

  it('is refused by a panel that has something already, and leaves that alone', () =>
    withEmpty(async (db, keyPath) => {
      await db.prisma.user.create({ data: { email: 'a@b', name: 'Ada', passwordHash: 'x', role: 'owner' } })
      const before = await contents(db)
      await expect(restoreBackup(db, { path: backup, passphrase, keyPath })).rejects.toEqual(refused('conflict'))
      expect(await contents(db)).toEqual(before)
      expect(existsSync(keyPath)).toBe(false)
    }))

  it('is refused by another schema, naming what differs', () =>
    withEmpty(async (db, keyPath) => {
      await db.pool.query(`UPDATE "_prisma_migrations" SET checksum = 'other' WHERE migration_name LIKE '0002%'`)
      await expect(restoreBackup(db, { path: backup, passphrase, keyPath })).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('0002'),
      })
    }))

  it('opens with its passphrase alone, however its letters were composed', () =>
    withEmpty(async (db, keyPath) => {
      await expect(restoreBackup(db, { path: backup, passphrase: `${passphrase}.`, keyPath })).rejects.toEqual(
        refused('forbidden'),
      )
      await restoreBackup(db, { path: backup, passphrase: passphrase.normalize('NFD'), keyPath })
    }))

  it('puts back nothing of a file that was changed, cut off or mixed up anywhere', () =>
    withEmpty(async (db, keyPath) => {
      const whole = readFileSync(backup)
      const empty = await contents(db)
      const first = 22 + whole.readUInt32BE(18)
      const changed = (at: number): Buffer => {
        const bytes = Buffer.from(whole)
        bytes[at]! ^= 1
        return bytes
      }
      const damaged = [
        Buffer.alloc(0),
        Buffer.from('hello'),
        changed(0),
        changed(40),
        changed(first - 40),
        changed(first + 200),
        changed(first + 70_000),
        changed(whole.length - 1),
        whole.subarray(0, -1),
        whole.subarray(0, whole.length / 2),
        Buffer.concat([whole, whole.subarray(-50)]),
      ]
      // A tag of four bytes in place of the wrapped key, and heads whose parts have other lengths.
      const header = JSON.parse(whole.toString('utf8', 22, first)) as Record<string, unknown>
      const headed = (fields: Record<string, unknown>): Buffer => {
        const text = Buffer.from(JSON.stringify({ ...header, ...fields }))
        const length = Buffer.alloc(4)
        length.writeUInt32BE(text.length)
        return Buffer.concat([whole.subarray(0, 18), length, text, whole.subarray(first)])
      }
      for (const bytes of [0, 4, 12, 13, 27, 200])
        damaged.push(headed({ wrapped: Buffer.alloc(bytes).toString('base64') }))
      damaged.push(headed({ nonce: '' }), headed({ salt: '' }), headed({ N: 17_000 }), headed({ about: {} }))
      for (const [n, bytes] of damaged.entries()) {
        const path = join(folder, `damaged-${n}`)
        writeFileSync(path, bytes)
        await expect(restoreBackup(db, { path, passphrase, keyPath }), String(n)).rejects.toMatchObject({
          name: 'PanelError',
          code: expect.stringMatching(/^(invalid|forbidden)$/),
        })
        expect(await contents(db), String(n)).toEqual(empty)
        expect(existsSync(keyPath), String(n)).toBe(false)
      }
    }))

  it('is made by one of two that write it at once, and is whole', () =>
    withEmpty(async (db, keyPath) => {
      const path = join(folder, 'twice.backup')
      const both = await Promise.allSettled([1, 2].map(() => createBackup(ctx.db, { key, passphrase, path })))
      expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      expect(both).toContainEqual({ status: 'rejected', reason: refused('conflict') })
      expect(await restoreBackup(db, { path, passphrase, keyPath })).toMatchObject({ rows: expect.any(Number) })
      expect(readdirSync(folder).filter((name) => name.includes('.part'))).toEqual([])
    }))

  it('is refused over a file that is there, without a good passphrase, and where nothing can be written', async () => {
    await expect(createBackup(ctx.db, { key, passphrase, path: backup })).rejects.toEqual(refused('conflict'))
    const path = join(folder, 'other.backup')
    await expect(createBackup(ctx.db, { key, passphrase: 'short', path })).rejects.toEqual(refused('invalid'))
    await expect(createBackup(ctx.db, { key, passphrase, path: join(folder, 'no', 'where') })).rejects.toThrow('ENOENT')
    expect(existsSync(path)).toBe(false)
  })
})
