// Another key for everything that is encrypted, and what happens when the changing is cut off.
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { rotateKey } from '@/lib/panel/rotate-key.ts'
import type { Context } from '@/lib/panel/context.ts'
import { createProject } from '@/lib/panel/projects.ts'
import { saveVariables } from '@/lib/panel/variables.ts'
import { keyIdIn, keyIdOf, openSecrets, readKey, readKeys } from '@/lib/secrets.ts'
import { encryptedColumns } from '@/lib/store/encrypted.ts'
import { insertReadyEnvironment } from '../panel/deployments.ts'
import { openPanel, owner } from '../panel/panel.ts'

let panel: Awaited<ReturnType<typeof openPanel>>
let ctx: Context
const folder = mkdtempSync(join(tmpdir(), 'fairlead-rotate-'))
const keyPath = join(folder, 'secret.key')
const put = (path: string): void => writeFileSync(path, randomBytes(32).toString('hex'), { mode: 0o600 })

beforeAll(async () => {
  panel = await openPanel()
})
afterAll(async () => {
  await panel.close()
  rmSync(folder, { recursive: true })
})
beforeEach(async () => {
  await panel.ctx.db.pool.query('TRUNCATE "User", "Project", "Server" CASCADE')
  rmSync(`${keyPath}.next`, { force: true })
  put(keyPath)
  ctx = { ...panel.ctx, secrets: openSecrets(readKey(keyPath)) }
  const environmentId = await insertReadyEnvironment(ctx)
  await saveVariables(ctx, owner, { environmentId, text: 'A=1\n', basedOn: null })
  await createProject(ctx, owner, {
    name: 'Blog',
    repositoryUrl: 'https://git.example.org/blog.git',
    access: 'token',
    token: 'hunter2',
  })
})

/** Every encrypted value with the id of its key, and what `secrets` reads there. */
async function values(secrets = openSecrets(...readKeys(keyPath))) {
  const all: { keyId: string; plain: string }[] = []
  for (const { table, column } of encryptedColumns) {
    const { rows } = await ctx.db.pool.query<{ blob: Buffer }>(
      `SELECT "${column}" AS blob FROM "${table}" WHERE "${column}" IS NOT NULL ORDER BY "id"`,
    )
    for (const { blob } of rows)
      all.push({ keyId: keyIdIn(blob).toString('hex'), plain: Buffer.from(secrets.decrypt(blob)).toString() })
  }
  return all
}

describe('the key', () => {
  it('attack 45: is another one afterwards, for the same values', async () => {
    const before = await values()
    const old = readKey(keyPath)
    const { values: count, keyId } = await rotateKey(ctx.db, keyPath)
    const after = await values(openSecrets(readKey(keyPath)))
    expect(after.map(({ plain }) => plain)).toEqual(before.map(({ plain }) => plain))
    expect(count).toBe(before.length)
    expect(new Set(after.map((value) => value.keyId))).toEqual(new Set([keyId]))
    expect(keyIdOf(old).toString('hex')).not.toBe(keyId)
    expect(existsSync(`${keyPath}.next`)).toBe(false)
    const entry = await ctx.db.prisma.auditEntry.findFirstOrThrow({
      where: { action: 'key.rotate' },
      orderBy: { id: 'desc' },
    })
    expect(entry.data).toEqual({ before: keyIdOf(old).toString('hex'), after: keyId, values: count })
  })

  it('opens everything when the changing was cut off on either side of the transaction, and the next one ends it', async () => {
    const before = (await values()).map(({ plain }) => plain)
    const old = readFileSync(keyPath)
    // Before it: a new key lies there, and nothing uses it.
    put(`${keyPath}.next`)
    expect((await values()).map(({ plain }) => plain)).toEqual(before)
    await rotateKey(ctx.db, keyPath)
    // After it: everything needs the new key, which isn't in its place yet; what is written meanwhile takes the old one.
    writeFileSync(`${keyPath}.next`, readFileSync(keyPath), { mode: 0o600 })
    writeFileSync(keyPath, old, { mode: 0o600 })
    expect((await values()).map(({ plain }) => plain)).toEqual(before)
    await ctx.db.prisma.project.updateMany({
      where: { name: 'Blog' },
      data: { credential: openSecrets(...readKeys(keyPath)).encrypt('late') },
    })
    expect(await rotateKey(ctx.db, keyPath)).toMatchObject({ values: 1 })
    expect((await values(openSecrets(readKey(keyPath)))).map(({ plain }) => plain)).toContain('late')
  })

  it('stays when one value can’t be deciphered, which is named', async () => {
    const good = await ctx.db.prisma.server.findFirstOrThrow()
    const spoiled = Uint8Array.from(good.privateKey)
    spoiled[spoiled.length - 1]! ^= 1
    await ctx.db.prisma.server.update({ where: { id: good.id }, data: { privateKey: spoiled } })
    const old = readFileSync(keyPath)
    const blobs = await ctx.db.prisma.variableSet.findMany()
    await expect(rotateKey(ctx.db, keyPath)).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining(`private key of server ${good.name}`),
    })
    expect(readFileSync(keyPath)).toEqual(old)
    expect(await ctx.db.prisma.variableSet.findMany()).toEqual(blobs)
  })
})

describe('the list of encrypted columns', () => {
  // Hashes' states and redacted logs: bytes, but no secrets.
  const plain = ['StepLog.hashState', 'LogChunk.bytes']

  it('has every column of bytes that isn’t plain', () => {
    const schema = readFileSync(join(import.meta.dirname, '../../prisma/schema.prisma'), 'utf8')
    const columns = [...schema.matchAll(/^model (\w+) \{([^]*?)^\}/gm)].flatMap(([, model, body]) =>
      [...body!.matchAll(/^ {2}(\w+) +Bytes/gm)].map(([, column]) => `${model}.${column}`),
    )
    const listed = encryptedColumns.map(({ table, column }) => `${table}.${column}`)
    expect(columns.filter((column) => !plain.includes(column)).sort()).toEqual(listed.sort())
  })
})
