// Reading one mirror: refs, commits, files. Nothing here speaks to a remote but `fetch`, which is given.
import { createHash } from 'node:crypto'
import type { Commit, FileChange, Mirror, Ref } from '../deploy/types.ts'
import { PanelError } from '../errors.ts'
import { convertsNothing } from './attributes.ts'
import { makeChange } from './change.ts'
import { parseCommit } from './commit.ts'
import { GitExit } from './failure.ts'
import type { Objects } from './objects.ts'
import { checkRefName, isFullSha } from './ref-name.ts'
import { parseRefs } from './refs.ts'
import type { GitCall } from './run.ts'
import { readTar } from './tar.ts'
import { linksAmong, mostLinks, throughLinks } from './links.ts'
import { linkMode, submoduleMode } from './tree-object.ts'
import type { TreeFile, Trees } from './tree.ts'
import type { Whole } from './whole.ts'

/** What a mirror needs to know of its surroundings. */
export type MirrorParts = {
  /** The bare repository. */
  path: string
  /** Where payloads are spooled. */
  spool: string
  objects: Objects
  trees: Trees
  git(args: string[], options?: Pick<GitCall, 'env' | 'input' | 'signal'>): Promise<Buffer>
  /** Every branch and tag; or only `commit`, which none of them may lead to. */
  fetch(signal?: AbortSignal, commit?: string): Promise<void>
}

/** A commit with what its tree points to elsewhere; see whole.ts. `names`: only submodules, for reading files of them. */
export type MakeWhole = (sha: string, of: 'all' | 'names', signal?: AbortSignal) => Promise<Whole>

/** Most bytes that `files` takes into memory. Hooks are scripts; what is larger in their folders was put there by mistake. */
const readBytes = 16 * 1_048_576

const commitFormat = '--format=%H%x00%s%x00%an%x00%ae%x00%cI'

/** A `Mirror` of lib/deploy/types.ts over the bare repository at `parts.path`. */
export function makeMirror(parts: MirrorParts, whole: MakeWhole): Mirror {
  const { git } = parts

  /** The commit that a full ref or SHA names, or null. */
  const peel = async (name: string): Promise<string | null> => {
    const sha = await orNull(git(['rev-parse', '--verify', '--quiet', `${name}^{commit}`]))
    return sha && sha.toString().trim()
  }

  const shaOf = async (ref: string): Promise<string> => {
    checkRefName(ref)
    const full = isFullSha(ref)
    const names = ref.startsWith('refs/') ? [ref] : [`refs/heads/${ref}`, `refs/tags/${ref}`]
    const short = /^[0-9a-f]{7,63}$/.test(ref)
    for (const name of full ? [ref, ...names] : short ? [...names, ref] : names) {
      const sha = await peel(name)
      if (sha !== null) return sha
    }
    throw new PanelError('not_found', `There is no branch, tag or commit “${ref}” in the repository.`, { ref })
  }

  const log = async (args: string[]): Promise<Commit[]> => {
    const fields = (await git(['log', '-z', commitFormat, ...args])).toString().split('\0')
    const commits: Commit[] = []
    for (let at = 0; at + 4 < fields.length; at += 5) {
      const [sha = '', subject = '', author = '', authorEmail = '', time = ''] = fields.slice(at, at + 5)
      commits.push({ sha, subject, author, authorEmail, at: isoTime(time) })
    }
    return commits
  }

  /** A branch or full SHA, most of the time: read without starting git; null for what needs that. */
  const known = async (ref: string): Promise<Commit | null> => {
    const isSha = isFullSha(ref)
    const name = isSha || ref.startsWith('refs/') ? ref : `refs/heads/${ref}`
    const object = await parts.objects.read(`${name}^{commit}`)
    const commit = object && parseCommit(object)
    if (!commit) return null
    const { sha, subject, author, authorEmail, at } = commit
    return { sha, subject, author, authorEmail, at }
  }

  const blob = async (sha: string): Promise<Buffer> => {
    const object = await parts.objects.read(sha)
    if (object?.type !== 'blob') throw new GitExit(128, `there is no file ${sha}`)
    return object.bytes
  }

  const stored = async (files: TreeFile[]): Promise<{ path: string; bytes: Buffer }[]> =>
    Promise.all(
      files
        .filter(({ mode }) => mode !== linkMode)
        .map(async ({ path, sha }) => ({
          path: Buffer.from(path, 'latin1').toString(),
          bytes: await blob(sha),
        })),
    )

  /** As an archive: the same conversions of line ends as in what is shipped. */
  const archived = async (
    sha: string,
    files: TreeFile[],
    paths: string[],
  ): Promise<{ path: string; bytes: Uint8Array }[]> => {
    const present = paths.filter((name) => files.some(({ path }) => isBelow(path, name)))
    if (present.length === 0) return []
    const archive = await git(['archive', '--format=tar', '--end-of-options', `${sha}^{tree}`, ...present])
    return readTar(archive).filter((entry) => entry.type === 'file')
  }

  /** What a link stands for is read, too, as whoever opens it on a server reads it; `depth` of them led here. */
  const filesAt = async (
    sha: string,
    paths: string[],
    depth: number,
  ): Promise<{ path: string; bytes: Uint8Array; sha256: string }[]> => {
    const commit = isFullSha(sha) ? sha : await shaOf(sha)
    const below = await parts.trees.below(commit, [...attributesAbove(paths), ...paths])
    if (!below) throw new PanelError('not_found', `There is no commit “${sha}” in the repository.`)
    if (below.isCut) {
      const made = await whole(commit, 'names')
      if (made.revision !== commit)
        return makeMirror(made.parts, (revision) => Promise.resolve({ ...made, revision })).files(made.revision, paths)
    }
    const all = below.files
    const found = all.filter(({ path }) => paths.some((name) => isBelow(path, name)))
    checkSize(found, paths)
    const attributes = all.filter(({ path }) => /(^|\/)\.gitattributes$/.test(path))
    const files = (await convertsNothing(parts.objects, attributes))
      ? await stored(found)
      : await archived(sha, found, paths)
    const read = files.map(({ path, bytes }) => ({
      path,
      bytes,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    }))
    const links = await linksAmong(found, parts.objects)
    if (links.length === 0 || depth === mostLinks) return read
    const targets = new Map<string, typeof read>()
    for (const { target } of links)
      if (!targets.has(target)) targets.set(target, await filesAt(commit, [target], depth + 1).catch(tooLarge))
    return [...read, ...throughLinks(links, targets, paths)]
  }

  const refs = async (only: string[]): Promise<Ref[]> => {
    const format = '--format=%(objectname) %(refname)%0a%(*objectname) %(refname)'
    const lines = (await git(['for-each-ref', format, ...only, 'refs/heads', 'refs/tags'])).toString()
    return parseRefs(lines.replace(/^ .*$/gm, ''), ' ')
  }

  /** Files of submodules in place of these; what can't be had any more is one path, as it is in the repository. */
  const inside = async (base: string, sha: string, changed: FileChange[]): Promise<FileChange[]> => {
    try {
      // The newer one is made last: it reads what the older one borrows.
      const [before, now] = [await whole(base, 'names'), await whole(sha, 'names')]
      const made = now.revision === sha ? before : now
      return (await namesBetween(made.parts, before.revision, now.revision)).changed
    } catch (error) {
      if (error instanceof PanelError) return changed
      throw error
    }
  }

  return {
    fetch: (options) => parts.fetch(options?.signal),
    refs: () => refs([]),
    holding: (sha) => refs([`--contains=${sha}`]),
    async resolve(ref) {
      checkRefName(ref)
      const commit = (await known(ref)) ?? (await log(['--max-count=1', '--end-of-options', await shaOf(ref)]))[0]
      if (!commit) throw new PanelError('not_found', `There is no commit “${ref}” in the repository.`, { ref })
      return commit
    },
    async message(sha) {
      const message = await orNull(git(['log', '--max-count=1', '--format=%B', '--end-of-options', sha, '--']))
      return message && message.toString()
    },
    async commits(ref, { limit = 50, search } = {}) {
      const searching = search ? ['--regexp-ignore-case', '--fixed-strings', `--grep=${search}`] : []
      return log([`--max-count=${limit}`, ...searching, '--end-of-options', await shaOf(ref)])
    },
    async between(from, to, { limit = 200 } = {}) {
      const [base, sha] = [await shaOf(from), await shaOf(to)]
      const range = `${base}..${sha}`
      const [named, commits, counts] = await Promise.all([
        namesBetween(parts, base, sha),
        log([`--max-count=${limit}`, '--end-of-options', range]),
        git(['rev-list', '--count', '--left-right', '--end-of-options', `${base}...${sha}`]),
      ])
      const [behind = 0, ahead = 0] = counts.toString().trim().split('\t').map(Number)
      const changed = named.isCut ? await inside(base, sha, named.changed) : named.changed
      return { commits, ahead, behind, files: changed.length, changed: changed.slice(0, limit) }
    },
    files: (sha, paths) => filesAt(sha, paths, 0),
    change: async (base, sha, options) => makeChange(await whole(sha, 'all', options?.signal), base),
  }
}

type Named = { changed: FileChange[]; isCut: boolean }

/** `isCut`: a submodule is among them. */
async function namesBetween({ git }: MirrorParts, base: string, sha: string): Promise<Named> {
  // In turns, each ended by NUL: `:<mode> <mode> <sha> <sha> <status>` and a path (git-diff-tree(1), -z).
  const output = await git(['diff-tree', '-r', '-z', '--no-renames', '--raw', base, sha])
  const fields = output.toString().split('\0')
  const changed: FileChange[] = []
  let isCut = false
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [before = '', now, , , status] = fields[at]!.slice(1).split(' ')
    isCut ||= before === submoduleMode || now === submoduleMode
    changed.push({ path: fields[at + 1]!, change: status === 'A' ? 'added' : status === 'D' ? 'removed' : 'changed' })
  }
  return { changed, isCut }
}

/** What git gives, or null when it ends with an error. */
async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof GitExit) return null
    throw error
  }
}

/** The files that may say how these are checked out, from the root down. */
function attributesAbove(paths: string[]): string[] {
  const folders = paths.flatMap((path) =>
    path.split('/').map((_part, depth, parts) =>
      parts
        .slice(0, depth)
        .map((part) => `${part}/`)
        .join(''),
    ),
  )
  return folders.map((folder) => `${folder}.gitattributes`)
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}

function checkSize(files: TreeFile[], folders: string[]): void {
  if (files.reduce((sum, { size }) => sum + size, 0) <= readBytes) return
  const message = `More than ${readBytes / 1_048_576} MiB, which is too much to be read`
  const problems = folders
    .filter((folder) => files.some(({ path }) => isBelow(path, folder)))
    .map((path) => ({ path, message }))
  throw new PanelError('invalid', 'The folders of hooks hold files that are too large.', { problems })
}

/** A link among hooks may lead to anything: what is too large to be one is left out. */
function tooLarge(error: unknown): [] {
  if (error instanceof PanelError && error.code === 'invalid') return []
  throw error
}

/** A commit may claim any time; one that no clock can show becomes the epoch. */
function isoTime(text: string): string {
  const time = new Date(text)
  return (Number.isNaN(time.getTime()) ? new Date(0) : time).toISOString()
}
