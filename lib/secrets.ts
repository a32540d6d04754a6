// What keeps secrets: AES-256-GCM under one key that lives in a file outside the database, and fresh random tokens.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { chmod, link, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { PanelError } from './errors.ts'

export type Secrets = {
  encrypt(plain: string | Uint8Array): Uint8Array<ArrayBuffer>
  /** Throws PanelError `internal` when the blob was altered or belongs to another key; never returns something empty instead. */
  decrypt(blob: Uint8Array): Uint8Array
}

// Blob: version 1, the first 4 bytes of SHA-256(key), 12 bytes of nonce, cipher text, 16 bytes of tag.
const version = 1
const keyIdAt = 1
const nonceAt = 5
const textAt = 17
const tagLength = 16

/** The first 4 bytes of SHA-256(key), which every blob carries. */
export function keyIdOf(key: Uint8Array): Buffer {
  return createHash('sha256')
    .update(key)
    .digest()
    .subarray(0, nonceAt - keyIdAt)
}

/** Which key a blob was encrypted with. */
export function keyIdIn(blob: Uint8Array): Buffer {
  return Buffer.from(blob.subarray(keyIdAt, nonceAt))
}

/** Keys are 32 bytes: `key` encrypts, all of them decrypt. The header is authenticated along with the text. */
export function openSecrets(key: Uint8Array, ...others: Uint8Array[]): Secrets {
  const keys = [key, ...others]
  if (keys.some(({ length }) => length !== 32))
    throw new PanelError('invalid', 'The encryption key must have 32 bytes.')
  const keyId = keyIdOf(key)
  const byId = new Map(keys.map((one) => [keyIdOf(one).toString('hex'), one]))
  return {
    encrypt(plain) {
      const nonce = randomBytes(textAt - nonceAt)
      const head = Buffer.concat([Buffer.of(version), keyId, nonce])
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(head)
      const text = Buffer.concat([cipher.update(plain), cipher.final()])
      return Uint8Array.from(Buffer.concat([head, text, cipher.getAuthTag()]))
    },
    decrypt(blob) {
      const bytes = Buffer.from(blob)
      if (bytes.length < textAt + tagLength || bytes[0] !== version)
        throw new PanelError('internal', 'A stored secret is damaged.')
      const held = byId.get(keyIdIn(bytes).toString('hex'))
      if (!held)
        throw new PanelError('internal', 'A stored secret was encrypted with another key than secret.key holds now.')
      const decipher = createDecipheriv('aes-256-gcm', held, bytes.subarray(nonceAt, textAt))
        .setAAD(bytes.subarray(0, textAt))
        .setAuthTag(bytes.subarray(-tagLength))
      try {
        return Uint8Array.from(Buffer.concat([decipher.update(bytes.subarray(textAt, -tagLength)), decipher.final()]))
      } catch (cause) {
        throw new PanelError('internal', 'A stored secret is damaged.', {}, { cause })
      }
    },
  }
}

/** 256 random bits as 43 characters that fit into URLs, headers and shells. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url')
}

/** The SHA-256 of a token in hex: what is stored in its place. Enough because the token itself is random. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/**
 * Makes the key file (32 random bytes as hex, 0600) unless it exists, and returns the key. Two starts at once agree on one.
 * PanelError as `readKey`.
 */
export async function ensureKey(path: string): Promise<Uint8Array> {
  const exists = await stat(path).then(
    () => true,
    () => false,
  )
  if (!exists) await makeKey(path)
  return readKey(path)
}

/** Where a rotation keeps the new key until everything is encrypted with it. */
export const nextKeyPath = (path: string): string => `${path}.next`

/** The key in use and, if a rotation was cut off, the one it had begun to encrypt with. PanelError as `readKey`. */
export function readKeys(path: string): [Uint8Array, ...Uint8Array[]] {
  return existsSync(nextKeyPath(path)) ? [readKey(path), readKey(nextKeyPath(path))] : [readKey(path)]
}

/**
 * Puts a key that came from elsewhere to `path`; the one that lay there is kept beside it. Returns what undoes that.
 * PanelError conflict when a rotation of the key there was cut off.
 */
export async function putKey(path: string, key: Uint8Array): Promise<() => Promise<void>> {
  if (existsSync(nextKeyPath(path))) throw new PanelError('conflict', `${nextKeyPath(path)} is in the way.`)
  const before = `${path}.before-${randomBytes(4).toString('hex')}`
  const had = existsSync(path)
  if (had) await rename(path, before)
  await makeKey(path, key)
  return async () => {
    await rm(path, { force: true })
    if (had) await rename(before, path)
  }
}

// Written aside and hard-linked into place: the file is never seen half written, and an existing one is never replaced.
async function makeKey(path: string, key: Uint8Array = randomBytes(32)): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const aside = `${path}.${randomBytes(6).toString('hex')}`
  const file = await open(/* turbopackIgnore: true */ aside, 'wx', 0o600)
  try {
    await file.writeFile(`${Buffer.from(key).toString('hex')}\n`)
    await file.sync()
    await link(aside, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
    await chmod(path, 0o600)
  } finally {
    await file.close()
    await rm(aside, { force: true })
  }
}

/** Reads the key file. PanelError `unavailable` when it is missing, readable by others, malformed or plainly not random. */
export function readKey(path: string): Uint8Array {
  let text: string
  try {
    if ((statSync(path).mode & 0o077) !== 0)
      throw new PanelError('unavailable', `Others can read ${path}. Run: chmod 600 ${path}`)
    text = readFileSync(path, 'utf8').trim()
  } catch (cause) {
    if (cause instanceof PanelError) throw cause
    throw new PanelError('unavailable', `The encryption key ${path} cannot be read.`, {}, { cause })
  }
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new PanelError('unavailable', `${path} must hold 64 hexadecimal digits.`)
  const key = Uint8Array.from(Buffer.from(text, 'hex'))
  // 32 random bytes have fewer than 16 different ones about once in 10^13 keys.
  if (new Set(key).size < 16)
    throw new PanelError(
      'unavailable',
      `The key in ${path} is not random. Remove the file only if nothing was encrypted yet.`,
    )
  return key
}
