import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureKey, openSecrets, randomToken, readKey } from '@/lib/secrets.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-secrets-'))
})
afterAll(() => rm(folder, { recursive: true }))

const keyOf = (first: number): Uint8Array => Uint8Array.from({ length: 32 }, (_, index) => first + index)

describe('secrets', () => {
  it('come back byte for byte and never look the same twice', () => {
    const secrets = openSecrets(keyOf(1))
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    expect(secrets.decrypt(secrets.encrypt(bytes))).toEqual(bytes)
    expect(Buffer.from(secrets.decrypt(secrets.encrypt('ünï\0'))).toString()).toBe('ünï\0')
    expect(secrets.decrypt(secrets.encrypt(''))).toHaveLength(0)
    expect(secrets.encrypt('same')).not.toEqual(secrets.encrypt('same'))
  })

  it('are refused, not emptied, when any byte was changed or the key is another', () => {
    const secrets = openSecrets(keyOf(1))
    const blob = secrets.encrypt('secret')
    for (let at = 0; at < blob.length; at++) {
      const changed = Uint8Array.from(blob)
      changed[at]! ^= 1
      expect(() => secrets.decrypt(changed), `byte ${at}`).toThrow(/damaged|another key/)
    }
    expect(() => secrets.decrypt(blob.subarray(0, 20))).toThrow('damaged')
    expect(() => openSecrets(keyOf(2)).decrypt(blob)).toThrow('another key')
  })

  it('have a key file that is made once, for its owner only, even by two starts at a time', async () => {
    const path = join(folder, 'data', 'secret.key')
    const [first, second] = await Promise.all([ensureKey(path), ensureKey(path)])
    expect(first).toEqual(second)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readFile(path, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/)
    expect(await ensureKey(path)).toEqual(first)
  })

  it.each([
    ['missing', null, 0o600],
    ['readable by others', 'a1b2c3d4e5f60718293a4b5c6d7e8f90'.repeat(2), 0o640],
    ['short', 'ab12', 0o600],
    ['not random', '00'.repeat(32), 0o600],
  ])('refuse a key file that is %s', async (name, text, mode) => {
    const path = join(folder, name)
    if (text !== null) await writeFile(path, text)
    if (text !== null) await chmod(path, mode)
    expect(() => readKey(path)).toThrow(expect.objectContaining({ code: 'unavailable' }))
  })

  it('make tokens that are all different', () => {
    const tokens = Array.from({ length: 100 }, randomToken)
    expect(new Set(tokens).size).toBe(100)
    for (const token of tokens) expect(token).toMatch(/^[\w-]{43}$/)
  })
})
