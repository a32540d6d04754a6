// A file that only a passphrase opens: AES-256-GCM in chunks, each with its number and whether it is the last one in its nonce,
// so that a chunk that was changed, moved, left out or cut off is noticed. Streamed: neither side holds more than a chunk.
import { createCipheriv, createDecipheriv, createHash, randomBytes, scrypt } from 'node:crypto'
import { z } from 'zod'
import { PanelError } from '@/lib/errors.ts'

const magic = Buffer.from('FAIRLEAD BACKUP 1\n')
const chunkLength = 65_536
const cipherName = 'aes-256-gcm'
const tagLength = 16
// Without this a shorter tag would do, too, and one of 4 bytes can be guessed.
const tagged = { authTagLength: tagLength }
const headerLimit = 1_048_576
/** Of the key that lies in the head. */
const keyLength = 32
// Interactive use is over in half a second; each guess at the passphrase costs as much, and 128 MiB.
const cost = { N: 131_072, r: 8, p: 1 }

const headerSchema = z.object({
  salt: z.base64().refine((text) => Buffer.from(text, 'base64').length === 32),
  N: z.literal([16, 32, 64, 128, 256, 512, 1024].map((times) => times * 1024)),
  /** The first 7 bytes of every chunk's nonce. */
  nonce: z.base64().refine((text) => Buffer.from(text, 'base64').length === 7),
  /** What is encrypted first of all, with its own key: tells a wrong passphrase from a damaged file. */
  wrapped: z.base64().refine((text) => Buffer.from(text, 'base64').length === 12 + keyLength + tagLength),
  about: z.unknown(),
})

/** Bytes of `content` as a sealed file. `secret` is wrapped in its head; `about` is readable by everyone, but can't be changed. */
export async function* seal(
  content: AsyncIterable<Uint8Array>,
  { passphrase, secret, about }: { passphrase: string; secret: Uint8Array; about: unknown },
): AsyncGenerator<Uint8Array> {
  const salt = randomBytes(32)
  const nonce = randomBytes(7)
  const { wrapping, sealing } = await keysOf(passphrase, salt, cost.N)
  const first = randomBytes(12)
  const cipher = createCipheriv(cipherName, wrapping, first, tagged).setAAD(Buffer.from(JSON.stringify(about)))
  const wrapped = Buffer.concat([first, cipher.update(secret), cipher.final(), cipher.getAuthTag()])
  const header = Buffer.from(
    JSON.stringify({
      salt: salt.toString('base64'),
      N: cost.N,
      nonce: nonce.toString('base64'),
      wrapped: wrapped.toString('base64'),
      about,
    }),
  )
  yield Buffer.concat([magic, lengthOf(header), header])
  const digest = createHash('sha256').update(header).digest()
  let number = 0
  const chunk = (plain: Uint8Array, isLast: boolean): Uint8Array => {
    const cipher = createCipheriv(cipherName, sealing, nonceOf(nonce, number++, isLast), tagged).setAAD(digest)
    const text = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
    return Buffer.concat([lengthOf(text), text])
  }
  let held = Buffer.alloc(0)
  for await (const piece of content) {
    held = Buffer.concat([held, piece])
    let at = 0
    // The last chunk is known only at the end, so that a full one is held back.
    for (; held.length - at > chunkLength; at += chunkLength) yield chunk(held.subarray(at, at + chunkLength), false)
    held = held.subarray(at)
  }
  yield chunk(held, true)
}

export type Opened = { about: unknown; secret: Uint8Array; content: AsyncGenerator<Uint8Array> }

/** What was sealed. PanelError: invalid (no such file), forbidden (passphrase); `content` throws invalid where it is damaged. */
export async function unseal(bytes: AsyncIterable<Uint8Array>, passphrase: string): Promise<Opened> {
  const source = new Reader(bytes)
  if (!(await source.read(magic.length)).equals(magic))
    throw new PanelError('invalid', 'This is no backup of Fairlead, or one of a newer version.')
  const length = (await source.read(4)).readUInt32BE()
  if (length > headerLimit) throw damaged()
  const text = await source.read(length)
  const header = readHeader(text)
  const { wrapping, sealing } = await keysOf(passphrase, Buffer.from(header.salt, 'base64'), header.N)
  const nonce = Buffer.from(header.nonce, 'base64')
  return {
    about: header.about,
    secret: unwrap(wrapping, Buffer.from(header.wrapped, 'base64'), JSON.stringify(header.about)),
    content: chunks(source, sealing, nonce, createHash('sha256').update(text).digest()),
  }
}

async function* chunks(source: Reader, key: Buffer, nonce: Buffer, digest: Buffer): AsyncGenerator<Uint8Array> {
  for (let number = 0; ; number++) {
    const length = (await source.read(4)).readUInt32BE()
    if (length < tagLength || length > chunkLength + tagLength) throw damaged()
    const text = await source.read(length)
    const isLast = await source.isAtEnd()
    const decipher = createDecipheriv(cipherName, key, nonceOf(nonce, number, isLast), tagged)
      .setAAD(digest)
      .setAuthTag(text.subarray(-tagLength))
    let plain: Buffer
    try {
      plain = Buffer.concat([decipher.update(text.subarray(0, -tagLength)), decipher.final()])
    } catch {
      throw damaged()
    }
    yield plain
    if (isLast) return
  }
}

function unwrap(key: Buffer, wrapped: Buffer, about: string): Uint8Array {
  const decipher = createDecipheriv(cipherName, key, wrapped.subarray(0, 12), tagged)
    .setAAD(Buffer.from(about))
    .setAuthTag(wrapped.subarray(-tagLength))
  try {
    return Uint8Array.from(Buffer.concat([decipher.update(wrapped.subarray(12, -tagLength)), decipher.final()]))
  } catch {
    throw new PanelError(
      'forbidden',
      'The passphrase is not the one that this backup was made with, or its head was changed.',
    )
  }
}

/** Two keys of one passphrase. A character typed on one keyboard is the same as on another. */
async function keysOf(passphrase: string, salt: Buffer, N: number): Promise<{ wrapping: Buffer; sealing: Buffer }> {
  const { r, p } = cost
  const both = await new Promise<Buffer>((resolve, reject) =>
    scrypt(passphrase.normalize('NFKC'), salt, 64, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
      error ? reject(error) : resolve(key),
    ),
  )
  return { wrapping: both.subarray(0, 32), sealing: both.subarray(32) }
}

function nonceOf(prefix: Buffer, number: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12)
  prefix.copy(nonce)
  nonce.writeUInt32BE(number, 7)
  nonce[11] = isLast ? 1 : 0
  return nonce
}

function lengthOf(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return length
}

function readHeader(bytes: Buffer): z.output<typeof headerSchema> {
  try {
    return headerSchema.parse(JSON.parse(bytes.toString()))
  } catch {
    throw damaged()
  }
}

const damaged = (): PanelError => new PanelError('invalid', 'The backup is damaged or cut off: nothing of it was used.')

/** Exactly so many bytes at a time, whatever pieces they come in. */
export class Reader {
  private readonly source: AsyncIterator<Uint8Array>
  private held = Buffer.alloc(0)

  constructor(source: AsyncIterable<Uint8Array>) {
    this.source = source[Symbol.asyncIterator]()
  }

  /** PanelError invalid when fewer are left. */
  async read(length: number): Promise<Buffer> {
    const parts: Uint8Array[] = [this.held]
    let have = this.held.length
    while (have < length) {
      const { done, value } = await this.source.next()
      if (done) throw damaged()
      parts.push(value)
      have += value.length
    }
    const all = parts.length === 1 ? this.held : Buffer.concat(parts)
    this.held = all.subarray(length)
    return all.subarray(0, length)
  }

  async isAtEnd(): Promise<boolean> {
    while (this.held.length === 0) {
      const { done, value } = await this.source.next()
      if (done) return true
      this.held = Buffer.from(value)
    }
    return false
  }
}
