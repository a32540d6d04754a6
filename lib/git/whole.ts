// A commit with what its tree only points to: files of submodules, at any depth, and contents that Git LFS keeps. Everything is had
// before there is a plan, so that what can't be had is said before a server is touched.
import type { RepositoryAddress, TreeContents, Wanted } from '../deploy/types.ts'
import { PanelError } from '../errors.ts'
import type { Piece } from './compose.ts'
import { checkLimits } from './lfs-objects.ts'
import type { LfsLimits, Needed } from './lfs-objects.ts'
import type { MirrorParts } from './mirror.ts'
import { filtered, parsePointer, pointersOf } from './pointers.ts'
import type { Pointer } from './pointers.ts'
import { submodulesOf } from './submodules.ts'
import { folderMode } from './tree-object.ts'
import type { TreeFile, TreeListing } from './tree.ts'

/** A repository whose commit is put in place. */
export type Source = { parts: MirrorParts; address: RepositoryAddress }

/** What making a commit whole asks of its surroundings. */
export type Elsewhere = {
  limits: LfsLimits
  /** The repository of a submodule, with its commit. */
  submodule(url: string, parent: string, sha: string): Promise<Source>
  /** Blobs of the objects by oid; `sha`: the commit whose tree points to them. */
  objects(source: Source, sha: string, needed: Needed[]): Promise<Map<string, string>>
  /** The parts of a repository in which the commit that stands for `sha` lies. */
  compose(
    sha: string,
    root: string,
    pieces: Piece[],
    sources: Source[],
  ): Promise<{ parts: MirrorParts; revision: string }>
}

/** `parts` and `revision` are the mirror's own where nothing had to be put in place. */
export type Whole = {
  parts: MirrorParts
  revision: string
  contents: TreeContents
  empty: string[]
  pointers: string[]
}

const depthLimit = 10
const submoduleLimit = 200

type Found = Pick<Whole, 'empty' | 'pointers'> & {
  pieces: Piece[]
  sources: Source[]
  submodules: NonNullable<TreeContents['submodules']>
  needed: { source: Source; sha: string; files: (Needed & Piece)[] }[]
}

/** @throws PanelError naming the path, the address and what to do about what can't be had. */
export async function wholeOf(home: Source, sha: string, wanted: Wanted, elsewhere: Elsewhere): Promise<Whole> {
  const { parts } = home
  const { tree } = await parts.trees.list(sha, null)
  const pointers = await pointersOf(parts.objects, tree)
  const lacksNothing = tree.submodules.length === 0 && pointers.length === 0
  const isLeft = !(wanted.submodules && tree.submodules.length > 0) && !(wanted.lfs && pointers.length > 0)
  if (lacksNothing || isLeft)
    return { parts, revision: sha, contents: {}, empty: tree.submodules.map(named), pointers: pointers.map(named) }
  const found: Found = { empty: [], pointers: [], pieces: [], sources: [], submodules: [], needed: [] }
  await gather({ source: home, sha, tree, pointers, prefix: '', depth: 0 }, { wanted, elsewhere, found })
  await putObjects(found, elsewhere)
  const { empty, pointers: left, submodules, pieces, sources } = found
  const files = found.needed.flatMap((one) => one.files)
  if (pieces.length === 0) return { parts, revision: sha, contents: {}, empty, pointers: left }
  const root = await treeOf(parts, sha)
  const bytes = files.reduce((sum, { size }) => sum + size, 0)
  return {
    ...(await elsewhere.compose(sha, root, pieces, sources)),
    contents: {
      ...(submodules.length > 0 ? { submodules } : {}),
      ...(files.length > 0 ? { lfs: { files: files.length, bytes } } : {}),
    },
    empty,
    pointers: left,
  }
}

type Level = { source: Source; sha: string; tree: TreeListing; pointers: Pointer[]; prefix: string; depth: number }
type Work = { wanted: Wanted; elsewhere: Elsewhere; found: Found }

/** One repository of many: its pointers, then its submodules, each with theirs. */
async function gather(level: Level, work: Work): Promise<void> {
  const { source, sha, tree, pointers, prefix } = level
  const { wanted, found } = work
  const isWanted = ({ path }: TreeFile): boolean => touches(prefix + path, wanted.within)
  const files = wanted.lfs ? await filtered(source.parts, sha, pointers.filter(isWanted)) : []
  const objects = files.flatMap((file) => {
    const pointer = parsePointer(file.text)
    const path = prefix + file.path
    return pointer ? [{ ...pointer, mode: file.mode, sha: '', path, shownAs: shown(path) }] : []
  })
  if (objects.length > 0) found.needed.push({ source, sha, files: objects })
  const placed = new Set(objects.map(({ path }) => path))
  found.pointers.push(
    ...pointers
      .map(({ path }) => prefix + path)
      .filter((path) => !placed.has(path))
      .map(shown),
  )
  const gitlinks = wanted.submodules ? tree.submodules.filter(isWanted) : []
  const modules = await submodulesOf(source.parts, sha, gitlinks)
  const taken = new Set(modules.named.map(({ path }) => path))
  found.empty.push(...tree.submodules.filter(({ path }) => !taken.has(path)).map(({ path }) => shown(prefix + path)))
  for (const one of modules.named) await enter(level, one, work)
}

async function enter(level: Level, one: { path: string; sha: string; url: string }, work: Work): Promise<void> {
  const { found, elsewhere } = work
  const path = level.prefix + one.path
  const refused = (message: string): PanelError =>
    new PanelError('invalid', `The submodule ${shown(path)} can’t be deployed: ${message}`)
  if (level.depth >= depthLimit) throw refused(`there are more than ${depthLimit} of them inside each other.`)
  if (found.submodules.length >= submoduleLimit) throw refused(`there are more than ${submoduleLimit} of them.`)
  const source = await elsewhere.submodule(one.url, level.source.address.url, one.sha).catch((error: unknown) => {
    throw unfetched(error, shown(path), one.url)
  })
  const { parts } = source
  const { tree } = await parts.trees.list(one.sha, null)
  found.pieces.push({ mode: folderMode, sha: await treeOf(parts, one.sha), path })
  found.sources.push(source)
  found.submodules.push({ path: shown(path), url: source.address.url, revision: one.sha })
  const pointers = await pointersOf(parts.objects, tree)
  await gather({ source, sha: one.sha, tree, pointers, prefix: `${path}/`, depth: level.depth + 1 }, work)
}

/** Contents come after all folders that they lie in. */
async function putObjects({ needed, pieces }: Found, { limits, objects }: Elsewhere): Promise<void> {
  checkLimits(
    needed.flatMap(({ files }) => files),
    limits,
  )
  for (const { source, sha, files } of needed) {
    const blobs = await objects(source, sha, files)
    for (const { oid, mode, path } of files) pieces.push({ mode, sha: blobs.get(oid)!, path })
  }
}

function unfetched(error: unknown, path: string, url: string): unknown {
  if (!(error instanceof PanelError)) return error
  const from = Buffer.from(url, 'latin1')
    .toString()
    .replace(/[\p{Cc}\p{Cf}]/gu, '?')
  const message = `The submodule ${path} can’t be fetched from ${from}: ${error.message} Its address stands in .gitmodules; submodules can be switched off in the environment’s settings.`
  return new PanelError(error.code, message, error.details, { cause: error })
}

async function treeOf(parts: MirrorParts, sha: string): Promise<string> {
  const tree = await parts.objects.look(`${sha}^{tree}`)
  if (!tree) throw new PanelError('not_found', `There is no commit “${sha}” in the repository.`)
  return tree.sha
}

/** Whether one of the two lies in the other. */
function touches(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`) || folder.startsWith(`${path}/`)
}

function named({ path }: TreeFile): string {
  return shown(path)
}

/** Names are bytes in trees. */
function shown(path: string): string {
  return Buffer.from(path, 'latin1').toString()
}
