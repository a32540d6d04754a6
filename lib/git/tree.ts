// Trees of commits as lists. Names are kept as latin1 text, one character a byte: git's names are bytes, not always UTF-8.
import { PanelError } from '../errors.ts'
import { GitExit } from './failure.ts'
import type { MirrorParts } from './mirror.ts'

/** `size` in bytes, 0 for folders and submodules. */
export type TreeEntry = { mode: string; sha: string; name: string; size: number }
export type TreeFile = { mode: string; sha: string; path: string; size: number }

/** Counts of a whole tree; `directories` without the root, submodules being empty directories, as git archive makes them. */
export type TreeListing = {
  files: number
  directories: number
  links: number
  totalBytes: number
  folders: Set<string>
  attributes: TreeFile[]
}

/** A path that differs. Modes are '' where it isn't there. */
export type TreeStep = { path: string; before: string; now: string; sha: string; size: number }

export const linkMode = '120000'
export const submoduleMode = '160000'
const folderMode = '040000'
/** What a file system takes at least for anything that isn't empty. */
const blockBytes = 4096
/** A few objects can stand for billions of paths; nobody deploys so many. */
const entryLimit = 2_000_000

/**
 * The trees of one mirror. Folders of the tree that was listed last are remembered, so that the next commit's costs no more than what
 * differs in it.
 */
export class Trees {
  #parts: Pick<MirrorParts, 'git' | 'objects'>
  #folders = new Map<string, TreeEntry[]>()
  #sizes = new Map<string, number>()

  constructor(parts: Pick<MirrorParts, 'git' | 'objects'>) {
    this.#parts = parts
  }

  /**
   * Everything below the root of the commit `sha`, and what differs from `base`: null when that is null or unknown to the mirror.
   * PanelError `invalid` when a name in the tree could lead out of it, `not_found` without such a commit.
   */
  async list(sha: string, base: string | null): Promise<{ tree: TreeListing; changes: TreeStep[] | null }> {
    const root = await this.#rootOf(sha)
    if (root === null) throw new PanelError('not_found', `There is no commit “${sha}” in the repository.`)
    if (this.#folders.size === 0) await this.#seed(root)
    const folders = await this.#load(root)
    const tree = listing(root, folders)
    const before = base === null ? null : await this.#rootOf(base)
    const changes: TreeStep[] = []
    if (before !== null) await this.#compare(before, root, '', folders, changes)
    this.#folders = folders
    this.#sizes = new Map([...folders.values()].flat().map((entry) => [entry.sha, entry.size]))
    return { tree, changes: before === null ? null : changes }
  }

  /** Files and links below `paths` in the tree of a commit; what isn't there is left out. Null without such a commit. */
  async below(sha: string, paths: string[]): Promise<TreeFile[] | null> {
    const root = await this.#rootOf(sha)
    if (root === null) return null
    const found: TreeFile[] = []
    const entries = await this.#entries(root)
    for (const entry of entries) if (paths.includes(entry.name)) await this.#collect(entry, entry.name, found)
    await this.#measure(found)
    return found
  }

  /** The tree of a commit; null when the mirror doesn't know that. */
  async #rootOf(sha: string): Promise<string | null> {
    if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(sha)) return null
    const commit = await this.#parts.objects.look(`${sha}^{commit}`)
    const tree = commit && (await this.#parts.objects.look(`${sha}^{tree}`))
    return tree && tree.sha
  }

  /** Once for all by git itself, sizes included: what is read folder by folder would take longer in a large tree. */
  async #seed(root: string): Promise<void> {
    const output = await this.#parts.git(['ls-tree', '-r', '-t', '-z', '--long', '--full-tree', root])
    const folders = new Map<string, TreeEntry[]>([['', []]])
    const shas = new Map([['', root]])
    for (const line of output.toString('latin1').split('\0').slice(0, -1)) {
      const [, mode = '', sha = '', size = '', path = ''] =
        /^([0-7]{6}) \S+ ([0-9a-f]+) +(\S+)\t([^]*)$/.exec(line) ?? []
      const slash = path.lastIndexOf('/')
      const siblings = folders.get(path.slice(0, Math.max(0, slash)))
      // A name with a slash in it: what is read folder by folder says so.
      if (!siblings) return
      siblings.push({ mode, sha, name: path.slice(slash + 1), size: Number(size) || 0 })
      if (mode !== folderMode) continue
      folders.set(path, [])
      shas.set(path, sha)
    }
    for (const [path, entries] of folders) this.#folders.set(shas.get(path)!, entries)
  }

  /** Every folder below a tree by its SHA, with sizes. */
  async #load(root: string): Promise<Map<string, TreeEntry[]>> {
    const folders = new Map<string, TreeEntry[]>()
    const fresh: TreeEntry[] = []
    let level = [root]
    while (level.length > 0) {
      const next = new Set<string>()
      const read = await Promise.all(level.map(async (sha) => [sha, await this.#entries(sha)] as const))
      for (const [sha, entries] of read) {
        folders.set(sha, entries)
        if (!this.#folders.has(sha)) fresh.push(...entries)
        for (const entry of entries) if (entry.mode === folderMode) next.add(entry.sha)
      }
      level = [...next].filter((sha) => !folders.has(sha))
    }
    await this.#measure(fresh)
    return folders
  }

  async #measure(entries: { mode: string; sha: string; size: number }[]): Promise<void> {
    await Promise.all(
      entries.map(async (entry) => {
        if (entry.mode === folderMode || entry.mode === submoduleMode) return
        entry.size = this.#sizes.get(entry.sha) ?? (await this.#parts.objects.look(entry.sha))?.size ?? 0
      }),
    )
  }

  async #entries(sha: string): Promise<TreeEntry[]> {
    const known = this.#folders.get(sha)
    if (known) return known
    const object = await this.#parts.objects.read(sha)
    if (object?.type !== 'tree') throw new GitExit(128, `there is no tree ${sha}`)
    return parseTree(object.bytes, sha.length / 2)
  }

  async #collect(entry: TreeEntry, path: string, found: TreeFile[]): Promise<void> {
    checkName(entry.name, path)
    if (entry.mode === submoduleMode) return
    if (entry.mode !== folderMode) {
      found.push({ mode: entry.mode, sha: entry.sha, path, size: entry.size })
      return
    }
    for (const inner of await this.#entries(entry.sha)) await this.#collect(inner, `${path}/${inner.name}`, found)
  }

  async #compare(
    before: string | null,
    now: string | null,
    prefix: string,
    folders: Map<string, TreeEntry[]>,
    changes: TreeStep[],
  ): Promise<void> {
    if (before === now) return
    const entriesOf = async (sha: string | null): Promise<TreeEntry[]> =>
      sha === null ? [] : (folders.get(sha) ?? (await this.#entries(sha)))
    const old = new Map((await entriesOf(before)).map((entry) => [entry.name, entry]))
    const step = async (was: TreeEntry | undefined, is: TreeEntry | undefined): Promise<void> => {
      if (was?.sha === is?.sha && was?.mode === is?.mode) return
      const path = prefix + (is ?? was)!.name
      const [a, b] = [was?.mode === folderMode ? was.sha : null, is?.mode === folderMode ? is.sha : null]
      if (a ?? b) await this.#compare(a, b, `${path}/`, folders, changes)
      const file = is && b === null ? is : null
      const gone = was && a === null ? was : null
      if (file ?? gone)
        changes.push({
          path,
          before: gone?.mode ?? '',
          now: file?.mode ?? '',
          sha: file?.sha ?? '',
          size: file?.size ?? 0,
        })
    }
    for (const entry of await entriesOf(now)) {
      await step(old.get(entry.name), entry)
      old.delete(entry.name)
    }
    for (const entry of old.values()) await step(entry, undefined)
  }
}

/** `<mode> <name>\0<sha>` again and again (gitformat of trees). */
function parseTree(bytes: Buffer, shaBytes: number): TreeEntry[] {
  const entries: TreeEntry[] = []
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at)
    const end = bytes.indexOf(0, space)
    const mode = canonical(parseInt(bytes.toString('latin1', at, space), 8))
    at = end + 1 + shaBytes
    const sha = bytes.toString('hex', end + 1, at)
    entries.push({ mode, sha, name: bytes.toString('latin1', space + 1, end), size: 0 })
  }
  return entries
}

/** Of permissions, git keeps whether the owner may execute. */
function canonical(mode: number): string {
  if ((mode & 0o170000) === 0o100000) return mode & 0o100 ? '100755' : '100644'
  if ((mode & 0o170000) === 0o040000) return folderMode
  return (mode & 0o170000) === 0o120000 ? linkMode : submoduleMode
}

function listing(root: string, folders: Map<string, TreeEntry[]>): TreeListing {
  const found: TreeListing = { files: 0, directories: 0, links: 0, totalBytes: 0, folders: new Set(), attributes: [] }
  const walk = (sha: string, prefix: string): void => {
    for (const { mode, sha: object, name, size } of folders.get(sha)!) {
      const path = prefix + name
      checkName(name, path)
      if (mode === folderMode || mode === submoduleMode) {
        found.directories += 1
        found.totalBytes += blockBytes
        found.folders.add(path)
        if (mode === folderMode) walk(object, `${path}/`)
      } else {
        if (mode === linkMode) found.links += 1
        else found.files += 1
        found.totalBytes += Math.ceil(size / blockBytes) * blockBytes
        if (isAttributes(path)) found.attributes.push({ mode, sha: object, path, size })
      }
      if (found.files + found.links + found.directories > entryLimit)
        throw new PanelError('invalid', `The commit holds more than ${entryLimit.toLocaleString('en')} files.`)
    }
  }
  walk(root, '')
  return found
}

/** What has to be removed first, and what has to be written after. */
export type TreeDifference = { remove: string[]; write: TreeFile[] }

/**
 * From what differs to what has to be done for the tree whose listing is `tree`; null when attributes differ, as they may change files
 * that don't.
 */
export function differenceOf(changes: TreeStep[], tree: TreeListing): TreeDifference | null {
  const gone: string[] = []
  const write: TreeFile[] = []
  for (const { path, before, now, sha, size } of changes) {
    if (isAttributes(path)) return null
    if (now === '' || (before !== '' && kind(before) !== kind(now))) gone.push(path)
    if (now === '' || (now === submoduleMode && before === submoduleMode)) continue
    write.push({ mode: now, sha, path, size })
  }
  return { remove: [...gone, ...emptied(gone, tree.folders)], write }
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
function checkName(name: string, path: string): void {
  const isHostile = ['', '.', '..'].includes(name) || name.toLowerCase() === '.git' || name.includes('/')
  if (!isHostile) return
  const shown = Buffer.from(path, 'latin1').toString()
  throw new PanelError('invalid', 'The commit holds a path that cannot be deployed.', {
    problems: [{ path: shown, message: 'Unsafe path' }],
  })
}
