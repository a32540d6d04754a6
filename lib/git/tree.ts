// Trees of commits as lists. Paths are kept as latin1 text, one character a byte: git's names are bytes, not always UTF-8.
import { PanelError } from '../errors.ts'
import { GitExit } from './failure.ts'
import type { MirrorParts } from './mirror.ts'

type Git = MirrorParts['git']

export type TreeFile = { mode: string; sha: string; path: string }

/** Counts of a whole tree; `directories` without the root, submodules being empty directories, as git archive makes them. */
export type TreeListing = {
  files: number
  directories: number
  links: number
  totalBytes: number
  folders: Set<string>
  attributes: TreeFile[]
}

const submodule = '160000'
const folderMode = '040000'
/** What a file system takes at least for anything that isn't empty. */
const blockBytes = 4096

/** Everything below the root of `sha`. PanelError `invalid` when a name in it could lead out of the tree. */
export async function listTree(git: Git, sha: string): Promise<TreeListing> {
  const listing: TreeListing = { files: 0, directories: 0, links: 0, totalBytes: 0, folders: new Set(), attributes: [] }
  for (const line of records(await git(['ls-tree', '-r', '-t', '-z', '--long', '--full-tree', `${sha}^{commit}`]))) {
    const match = /^([0-7]{6}) \S+ ([0-9a-f]+) +(\S+)\t([^]*)$/.exec(line)
    if (!match) throw new Error('ls-tree printed a line of another form')
    const [, mode = '', object = '', size = '', path = ''] = match
    checkPath(path)
    if (mode === folderMode || mode === submodule) {
      listing.directories += 1
      listing.totalBytes += blockBytes
      listing.folders.add(path)
    } else {
      if (mode === '120000') listing.links += 1
      else listing.files += 1
      listing.totalBytes += Math.ceil(Number(size) / blockBytes) * blockBytes
      if (isAttributes(path)) listing.attributes.push({ mode, sha: object, path })
    }
  }
  return listing
}

/** What has to be removed first, and what has to be written after. */
export type TreeDifference = { remove: string[]; write: TreeFile[] }

/** What diff-tree says between two commits; null when the mirror doesn't know `base`. */
export async function changesBetween(git: Git, base: string, sha: string): Promise<string[] | null> {
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(base)) return null
  try {
    return records(
      await git(['diff-tree', '-r', '-z', '--no-renames', '--raw', '--full-index', `${base}^{commit}`, sha]),
    )
  } catch (error) {
    // Whatever is wrong with `sha` is said by the listing of it.
    if (error instanceof GitExit) return null
    throw error
  }
}

/**
 * From fields of `changesBetween` to what has to be done for the tree whose listing is `tree`; null when attributes differ, as they
 * may change files that don't. Unchanged attributes are written again along with others, because the archive of the changed
 * files needs them.
 */
export function differenceOf(fields: string[], tree: TreeListing): TreeDifference | null {
  const gone: string[] = []
  const write: TreeFile[] = []
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [oldMode = '', mode = '', , object = '', status = ''] = (fields[at] ?? '').slice(1).split(' ')
    const path = fields[at + 1] ?? ''
    if (isAttributes(path)) return null
    const changesKind = status !== 'A' && status !== 'D' && kind(oldMode) !== kind(mode)
    if (status === 'D' || changesKind) gone.push(path)
    if (status === 'D' || (mode === submodule && oldMode === submodule)) continue
    write.push({ mode, sha: object, path })
  }
  const folders = emptied(gone, tree.folders)
  return { remove: [...gone, ...folders], write: write.length > 0 ? [...write, ...tree.attributes] : [] }
}

/** Directories above removed paths that the new tree doesn't have, deepest first. */
function emptied(gone: string[], folders: Set<string>): string[] {
  const found = new Set<string>()
  for (const path of gone) {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const folder = path.slice(0, slash)
      if (folders.has(folder) || found.has(folder)) break
      found.add(folder)
    }
  }
  return [...found].sort((a, b) => b.split('/').length - a.split('/').length)
}

function kind(mode: string): string {
  return mode.slice(0, 3)
}

function isAttributes(path: string): boolean {
  return path === '.gitattributes' || path.endsWith('/.gitattributes')
}

/** A tree object may hold any name; git refuses these on checkout, an archive or a shell on a server would not. */
function checkPath(path: string): void {
  const hostile = path
    .split('/')
    .some((part) => part === '' || part === '.' || part === '..' || part.toLowerCase() === '.git')
  if (!hostile) return
  const shown = Buffer.from(path, 'latin1').toString()
  throw new PanelError('invalid', 'The commit holds a path that cannot be deployed.', {
    problems: [{ path: shown, message: 'Unsafe path' }],
  })
}

function records(output: Buffer): string[] {
  return output.toString('latin1').split('\0').slice(0, -1)
}
