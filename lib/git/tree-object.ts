// A tree as git stores it. Names are kept as latin1 text, one character a byte: git's names are bytes, not always UTF-8.
import { createHash } from 'node:crypto'
import { GitExit } from './failure.ts'
import type { GitObject } from './objects.ts'

export const linkMode = '120000'
export const submoduleMode = '160000'
export const folderMode = '040000'

/** `size` in bytes, 0 for folders and submodules. */
export type TreeEntry = { mode: string; sha: string; name: string; size: number }

/** `<mode> <name>\0<sha>` again and again (gitformat of trees). */
export function parseTree({ sha: tree, bytes }: GitObject): TreeEntry[] {
  const entries: TreeEntry[] = []
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at)
    const end = bytes.indexOf(0, at)
    const next = end + 1 + tree.length / 2
    const mode = bytes.toString('latin1', at, Math.max(at, space))
    if (!/^[0-7]+$/.test(mode) || end < space || next > bytes.length) throw new GitExit(128, `malformed tree ${tree}`)
    const [name, sha] = [bytes.toString('latin1', space + 1, end), bytes.toString('hex', end + 1, next)]
    entries.push({ mode: canonical(parseInt(mode, 8)), sha, name, size: 0 })
    at = next
  }
  return entries
}

/** The name of the tree that holds these as git itself writes them. */
export function treeSha(entries: TreeEntry[], digits: number): string {
  const parts = entries.map(({ mode, name, sha }) =>
    Buffer.from(`${mode.replace(/^0/, '')} ${name}\0${Buffer.from(sha, 'hex').toString('latin1')}`, 'latin1'),
  )
  const bytes = Buffer.concat(parts)
  const hash = createHash(digits === 64 ? 'sha256' : 'sha1')
  return hash.update(`tree ${bytes.length}\0`).update(bytes).digest('hex')
}

/** Of permissions, git keeps whether the owner may execute. */
function canonical(mode: number): string {
  if ((mode & 0o170000) === 0o100000) return mode & 0o100 ? '100755' : '100644'
  if ((mode & 0o170000) === 0o040000) return folderMode
  return (mode & 0o170000) === 0o120000 ? linkMode : submoduleMode
}
