// Trees of commits as lists. Names are kept as latin1 text, one character a byte: git's names are bytes, not always UTF-8.
import { PanelError } from '../errors.ts'
import { GitExit } from './failure.ts'
import type { MirrorParts } from './mirror.ts'
import { pointerBytes } from './pointers.ts'
import { isFullSha } from './ref-name.ts'
import { folderMode, linkMode, parseTree, submoduleMode, treeSha } from './tree-object.ts'
import type { TreeEntry } from './tree-object.ts'

export type TreeFile = { mode: string; sha: string; path: string; size: number }

/**
 * Counts of a whole tree; `directories` without the root and without those that hold nothing, submodules being empty directories: as
 * git archive makes them.
 */
export type TreeListing = {
  files: number
  directories: number
  links: number
  totalBytes: number
  folders: Set<string>
  attributes: TreeFile[]
  /** Files that may be pointers of Git LFS, by their size. */
  small: TreeFile[]
  /** Commits of other repositories, which this one has nothing of. */
  submodules: TreeFile[]
}

/** A path that differs. Modes are '' where it isn't there. */
export type TreeStep = { path: string; before: string; now: string; sha: string; size: number }

type Seen = { count: number; isCut: boolean }

/** What a file system takes at least for anything that isn't empty. */
const blockBytes = 4096
/** A few objects can stand for billions of paths; nobody deploys so many. */
const entryLimit = 2_000_000
/** Linux takes no longer path (limits.h, PATH_MAX), and there are two bytes at least to each folder of it. */
const pathLimit = 4_095
const depthLimit = 2_048
/** Folders of hooks hold scripts. */
const belowLimit = 20_000

/**
 * The trees of one mirror. Folders of the tree that was listed last are remembered, so that the next commit's costs no more than what
 * differs in it.
 */
export class Trees {
  #parts: Pick<MirrorParts, 'git' | 'objects'>
  #folders = new Map<string, TreeEntry[]>()
  #sizes = new Map<string, number>()
  #listed: { root: string; tree: TreeListing; folders: Map<string, TreeEntry[]> } | null = null

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
    const { tree, folders } = this.#listed?.root === root ? this.#listed : await this.#listAll(root)
    const before = base === null ? null : await this.#rootOf(base)
    const changes: TreeStep[] = []
    if (before !== null) await this.#compare(before, root, '', { folders, changes, seen: 0 })
    return { tree, changes: before === null ? null : changes }
  }

  async #listAll(root: string): Promise<{ root: string; tree: TreeListing; folders: Map<string, TreeEntry[]> }> {
    if (this.#folders.size === 0) await this.#seed(root)
    const folders = await this.#load(root)
    const listed = { root, tree: listing(root, folders), folders }
    this.#folders = folders
    this.#sizes = new Map([...folders.values()].flat().map((entry) => [entry.sha, entry.size]))
    this.#listed = listed
    return listed
  }

  /**
   * Files and links below `paths` in the tree of a commit; what isn't there is left out. `isCut`: part of a path, or of what is below
   * it, is a submodule's. Null without such a commit.
   */
  async below(sha: string, paths: string[]): Promise<{ files: TreeFile[]; isCut: boolean } | null> {
    const root = await this.#rootOf(sha)
    if (root === null) return null
    const files: TreeFile[] = []
    const seen = { count: 0, isCut: false }
    for (const path of new Set(paths)) {
      const entry = await this.#at(root, path, seen)
      if (entry) await this.#collect(entry, path, files, seen)
    }
    await this.#measure(files)
    return { files, isCut: seen.isCut }
  }

  /** The tree of a commit; null when the mirror doesn't know that. */
  async #rootOf(sha: string): Promise<string | null> {
    if (!isFullSha(sha)) return null
    const commit = await this.#parts.objects.look(`${sha}^{commit}`)
    const tree = commit && (await this.#parts.objects.look(`${sha}^{tree}`))
    return tree && tree.sha
  }

  /**
   * Once for all by git itself, sizes included: what is read folder by folder would take longer in a large tree. A folder is believed
   * when its lines hash to its name: a name with a slash in it looks like somebody else's line.
   */
  async #seed(root: string): Promise<void> {
    const output = await this.#parts.git(['ls-tree', '-r', '-t', '-z', '--long', '--full-tree', root]).catch(orNull)
    if (output === null) return
    const folders = new Map<string, TreeEntry[]>([['', []]])
    const shas = new Map([['', root]])
    for (const line of output.toString('latin1').split('\0').slice(0, -1)) {
      const [, mode = '', sha = '', size = '', path = ''] =
        /^([0-7]{6}) \S+ ([0-9a-f]+) +(\S+)\t([^]*)$/.exec(line) ?? []
      const slash = path.lastIndexOf('/')
      folders
        .get(path.slice(0, Math.max(0, slash)))
        ?.push({ mode, sha, name: path.slice(slash + 1), size: Number(size) || 0 })
      if (mode !== folderMode) continue
      folders.set(path, [])
      shas.set(path, sha)
    }
    for (const [path, entries] of folders) {
      const sha = shas.get(path)!
      if (treeSha(entries, sha.length) === sha) this.#folders.set(sha, entries)
    }
  }

  /** Every folder below a tree by its SHA, with sizes. */
  async #load(root: string): Promise<Map<string, TreeEntry[]>> {
    // Whoever lists at the same time may put others in their place, before sizes are known here.
    const known = this.#folders
    const folders = new Map<string, TreeEntry[]>()
    const fresh: TreeEntry[] = []
    let level = [root]
    for (let depth = 0; level.length > 0; depth += 1) {
      const next = new Set<string>()
      const read = await Promise.all(
        level.map(async (sha) => [sha, known.get(sha) ?? (await this.#read(sha))] as const),
      )
      for (const [sha, entries] of read) {
        folders.set(sha, entries)
        if (!known.has(sha)) fresh.push(...entries)
        for (const entry of entries) if (entry.mode === folderMode) next.add(entry.sha)
      }
      if (depth > depthLimit || fresh.length > entryLimit) throw tooLarge(entryLimit)
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

  /** What lies at `path` of a tree; a link on the way leads nowhere. */
  async #at(root: string, path: string, seen: { isCut: boolean }): Promise<TreeEntry | undefined> {
    const [name, ...rest] = path.split('/')
    const entry = (await this.#entries(root)).find((one) => one.name === name)
    if (rest.length === 0) return entry
    if (entry?.mode === submoduleMode) seen.isCut = true
    return entry?.mode === folderMode ? this.#at(entry.sha, rest.join('/'), seen) : undefined
  }

  async #entries(sha: string): Promise<TreeEntry[]> {
    return this.#folders.get(sha) ?? this.#read(sha)
  }

  async #read(sha: string): Promise<TreeEntry[]> {
    const object = await this.#parts.objects.read(sha)
    if (object?.type !== 'tree') throw new GitExit(128, `there is no tree ${sha}`)
    return parseTree(object)
  }

  async #collect(entry: TreeEntry, path: string, found: TreeFile[], seen: Seen): Promise<void> {
    checkName(entry.name, path)
    if ((seen.count += 1) > belowLimit) throw tooLarge(belowLimit)
    if (entry.mode === submoduleMode) {
      seen.isCut = true
      return
    }
    if (entry.mode !== folderMode) {
      found.push({ mode: entry.mode, sha: entry.sha, path, size: entry.size })
      return
    }
    for (const inner of await this.#entries(entry.sha)) await this.#collect(inner, `${path}/${inner.name}`, found, seen)
  }

  async #compare(
    before: string | null,
    now: string | null,
    prefix: string,
    found: { folders: Map<string, TreeEntry[]>; changes: TreeStep[]; seen: number },
  ): Promise<void> {
    if (before === now) return
    const entriesOf = async (sha: string | null): Promise<TreeEntry[]> =>
      sha === null ? [] : (found.folders.get(sha) ?? (await this.#entries(sha)))
    const old = new Map((await entriesOf(before)).map((entry) => [entry.name, entry]))
    const step = async (was: TreeEntry | undefined, is: TreeEntry | undefined): Promise<void> => {
      if (was?.sha === is?.sha && was?.mode === is?.mode) return
      const { name } = (is ?? was)!
      const path = prefix + name
      // The older tree wasn't listed here.
      checkName(name, path)
      if ((found.seen += 1) > entryLimit) throw tooLarge(entryLimit)
      const [a, b] = [was?.mode === folderMode ? was.sha : null, is?.mode === folderMode ? is.sha : null]
      if (a ?? b) await this.#compare(a, b, `${path}/`, found)
      const file = is && b === null ? is : null
      const gone = was && a === null ? was : null
      if (file ?? gone)
        found.changes.push({
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

function listing(root: string, folders: Map<string, TreeEntry[]>): TreeListing {
  const found: TreeListing = {
    files: 0,
    directories: 0,
    links: 0,
    totalBytes: 0,
    folders: new Set(),
    attributes: [],
    small: [],
    submodules: [],
  }
  let seen = 0
  const addFolder = (path: string): void => {
    found.directories += 1
    found.totalBytes += blockBytes
    found.folders.add(path)
  }
  /** Whether anything lies there. */
  const walk = (sha: string, prefix: string): boolean => {
    const names = new Set<string>()
    let isEmpty = true
    for (const { mode, sha: object, name, size } of folders.get(sha)!) {
      const path = prefix + name
      checkName(name, path)
      if (names.has(name)) throw unsafe(path, 'Two entries of the same name')
      names.add(name)
      if ((seen += 1) > entryLimit) throw tooLarge(entryLimit)
      if (mode === folderMode) {
        if (!walk(object, `${path}/`)) continue
        addFolder(path)
      } else if (mode === submoduleMode) {
        addFolder(path)
        found.submodules.push({ mode, sha: object, path, size: 0 })
      } else {
        if (mode === linkMode) found.links += 1
        else found.files += 1
        found.totalBytes += Math.ceil(size / blockBytes) * blockBytes
        if (size < pointerBytes && mode !== linkMode) found.small.push({ mode, sha: object, path, size })
        if (name === '.gitattributes') found.attributes.push({ mode, sha: object, path, size })
      }
      isEmpty = false
    }
    return !isEmpty
  }
  walk(root, '')
  return found
}

export function isAttributes(path: string): boolean {
  return path === '.gitattributes' || path.endsWith('/.gitattributes')
}

/** A tree object may hold any name; git refuses these on checkout, an archive or a shell on a server would not. */
function checkName(name: string, path: string): void {
  if (['', '.', '..'].includes(name) || name.toLowerCase() === '.git' || name.includes('/'))
    throw unsafe(path, 'Unsafe path')
  if (path.length > pathLimit) throw unsafe(`${path.slice(0, 100)}…`, 'The path is too long')
}

function unsafe(path: string, message: string): PanelError {
  return new PanelError('invalid', 'The commit holds a path that cannot be deployed.', {
    problems: [{ path: Buffer.from(path, 'latin1').toString(), message }],
  })
}

function tooLarge(limit: number): PanelError {
  return new PanelError('invalid', `The commit holds more than ${limit.toLocaleString('en')} files.`)
}

/** What was too much to be taken at once is read in parts. */
function orNull(error: unknown): null {
  if (error instanceof PanelError) return null
  throw error
}
