// A few files of a tree as a tar archive, made here: starting git for it takes longer. What doesn't fit into plain ustar is git's.
import { GitExit } from './failure.ts'
import type { Objects } from './objects.ts'
import { linkMode, submoduleMode } from './tree-object.ts'
import type { TreeFile } from './tree.ts'

const packBytes = 4 * 1_048_576
const packFilesAtMost = 1_000
const nameBytes = 100
const block = 512

/** Whether `packFiles` can take these: names that ustar holds as they are, and not too much for memory. */
export function packable(files: TreeFile[]): boolean {
  const bytes = files.reduce((sum, { size }) => sum + size, 0)
  if (bytes > packBytes || files.length > packFilesAtMost) return false
  return files.every(
    ({ path, mode, size }) =>
      path.length < nameBytes && /^[\x20-\x7e]+$/.test(path) && (mode !== linkMode || size <= nameBytes),
  )
}

/** Owners and modes as `git archive` with `tar.umask=0022` writes them; submodules are empty directories. */
export async function packFiles(objects: Objects, files: TreeFile[]): Promise<Buffer> {
  const mtime = Math.floor(Date.now() / 1000)
  const parts = await Promise.all(
    files.map(async ({ path, mode, sha }) => {
      if (mode === submoduleMode) return [header(`${path}/`, 0o755, 0, '5', mtime)]
      const object = await objects.read(sha)
      if (object?.type !== 'blob') throw new GitExit(128, `there is no file ${sha}`)
      if (mode === linkMode) return [header(path, 0o777, 0, '2', mtime, object.bytes)]
      const padding = Buffer.alloc((block - (object.bytes.length % block)) % block)
      return [header(path, mode === '100755' ? 0o755 : 0o644, object.bytes.length, '0', mtime), object.bytes, padding]
    }),
  )
  return Buffer.concat([...parts.flat(), Buffer.alloc(2 * block)])
}

/** POSIX.1-1988 ustar. */
function header(path: string, mode: number, size: number, flag: string, mtime: number, target?: Buffer): Buffer {
  const bytes = Buffer.alloc(block)
  const octal = (value: number, at: number, length: number): void => {
    bytes.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1')
  }
  bytes.write(path, 0, 'latin1')
  octal(mode, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(size, 124, 12)
  octal(mtime, 136, 12)
  bytes.write(flag, 156, 'latin1')
  target?.copy(bytes, 157)
  bytes.write('ustar\x0000', 257, 'latin1')
  bytes.write('root', 265, 'latin1')
  bytes.write('root', 297, 'latin1')
  bytes.fill(0x20, 148, 156)
  const sum = bytes.reduce((total, byte) => total + byte, 0)
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return bytes
}
