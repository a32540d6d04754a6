// Bytes that are passed on: a file that has no name any more as soon as it is open, so that nothing is left whatever ends the
// process, and that holds nothing readable, as its key is only in memory.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { mkdir, open, rm, statfs } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PanelError } from '@/lib/errors.ts'

const cipher = 'aes-256-ctr'
/** Room that is left to everything else on that disk. */
const spareBytes = 256 * 1024 * 1024
const pieceBytes = 1024 * 1024

export class Spool {
  length = 0
  #file: FileHandle
  #key = randomBytes(32)
  #start = randomBytes(16)
  #hash = createHash('sha256')
  #cipher

  private constructor(file: FileHandle) {
    this.#file = file
    this.#cipher = createCipheriv(cipher, this.#key, this.#start)
  }

  /** In `folder` (the system's own for such files unless given). @throws PanelError unavailable: `bytes` have no room there. */
  static async make(bytes: number, folder = tmpdir()): Promise<Spool> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const { bavail, bsize } = await statfs(folder)
    if (bytes + spareBytes > bavail * bsize) throw noRoom()
    const path = join(folder, `fairlead-${randomUUID()}`)
    const file = await open(path, 'wx+', 0o600)
    await rm(path)
    return new Spool(file)
  }

  /** @throws PanelError unavailable when the disk is full. */
  async write(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes)
    this.length += bytes.length
    await this.#file.appendFile(this.#cipher.update(bytes)).catch((error: unknown) => {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      throw code === 'ENOSPC' || code === 'EDQUOT' ? noRoom() : error
    })
  }

  /** SHA-256 (hex) of everything that was written. */
  sha256(): string {
    return this.#hash.copy().digest('hex')
  }

  /** Everything that was written, as often as it takes. */
  async *read(): AsyncGenerator<Uint8Array> {
    const decipher = createDecipheriv(cipher, this.#key, this.#start)
    for (let at = 0; at < this.length;) {
      const { bytesRead, buffer } = await this.#file.read(Buffer.allocUnsafe(pieceBytes), 0, pieceBytes, at)
      if (bytesRead === 0) throw new Error('a spool that is shorter than what was written')
      at += bytesRead
      yield decipher.update(buffer.subarray(0, bytesRead))
    }
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}

function noRoom(): PanelError {
  return new PanelError('unavailable', 'The disk of the panel’s worker has no room to pass this release on.')
}
