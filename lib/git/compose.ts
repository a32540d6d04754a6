// A commit that stands for another with everything in place: made of trees and files that are there, by one git process. The same parts
// make the same commit wherever they are put together, so a server's copy of a tree has a name that every worker understands.
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { GitExit } from './failure.ts'
import type { MirrorParts } from './mirror.ts'

/** What is put at `path` (latin1): a whole folder, or a file. Later ones go over earlier ones. */
export type Piece = { mode: string; sha: string; path: string }

/** The SHA of the commit whose tree is `root` with `pieces` in it. */
export async function compose(parts: MirrorParts, sha: string, root: string, pieces: Piece[]): Promise<string> {
  const lines = [
    'commit refs/fairlead/whole',
    'mark :1',
    'committer Fairlead <fairlead@localhost> 0 +0000',
    `data ${sha.length}`,
    sha,
    `M 040000 ${root} ""`,
    ...pieces.map(({ mode, sha: object, path }) => `M ${mode} ${object} ${quoted(path)}`),
    'get-mark :1',
    '',
  ]
  const input = Buffer.from(lines.join('\n'), 'latin1')
  const output = await parts.git(['fast-import', '--quiet', '--force', '--date-format=raw'], { input })
  const made = output.toString().trim()
  if (!/^[0-9a-f]{40}$/.test(made)) throw new GitExit(128, `fast-import said ${made.slice(0, 100)}`)
  return made
}

/** As git reads C strings: nothing in a name can end a line. */
function quoted(path: string): string {
  return `"${path.replace(/[^A-Za-z0-9/._-]/g, (one) => `\\${one.charCodeAt(0).toString(8).padStart(3, '0')}`)}"`
}

/**
 * Lets the repository at `path` read the objects of `mirrors`, too; paths are written from where it stands, so that the folder of all can
 * be moved. Returns whether any of them is new.
 */
export async function borrow(path: string, mirrors: string[]): Promise<boolean> {
  const info = join(path, 'objects', 'info')
  const file = join(info, 'alternates')
  const known = (await readFile(file, 'utf8').catch(() => '')).split('\n').filter(Boolean)
  const wanted = mirrors.map((mirror) => relative(join(path, 'objects'), join(mirror, 'objects')))
  const all = [...new Set([...known, ...wanted])]
  if (all.length === known.length) return false
  await mkdir(info, { recursive: true })
  try {
    await writeFile(`${file}.new`, all.map((one) => `${one}\n`).join(''))
    await rename(`${file}.new`, file)
  } finally {
    await rm(`${file}.new`, { force: true })
  }
  return true
}
