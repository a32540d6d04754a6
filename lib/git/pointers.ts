// Files whose contents Git LFS keeps elsewhere: what lies in the tree are pointers to them.
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { PanelError } from '../errors.ts'
import type { MirrorParts } from './mirror.ts'
import type { Objects } from './objects.ts'
import type { TreeFile, TreeListing } from './tree.ts'

/** `text`: what the tree has in place of the file. */
export type Pointer = TreeFile & { text: string }

/** A pointer is shorter than this, and begins like that (git-lfs, docs/spec.md). */
export const pointerBytes = 1024
const pointerStart = 'version https://git-lfs.github.com/spec/'
/** So many are read at once, and at most. */
const atOnce = 500
const mostRead = 100_000
/** More patterns than this are taken for one that fits everything, so that no list of them takes long. */
const mostPatterns = 200

/**
 * Pointers of a tree whose `.gitattributes` speak of LFS. Patterns are only held against names, which leaves fewer to read: what a
 * file holds decides. PanelError `invalid` where there are too many to be looked at.
 */
export async function pointersOf(
  objects: Objects,
  { attributes, small }: Pick<TreeListing, 'attributes' | 'small'>,
): Promise<Pointer[]> {
  const pointers: Pointer[] = []
  const found = (await Promise.all(attributes.map((file) => filteredBy(objects, file)))).flat()
  const patterns = found.length > mostPatterns ? [/^/] : found
  const candidates = small.filter(({ path }) => patterns.some((one) => one.test(path)))
  if (candidates.length > mostRead)
    throw new PanelError(
      'invalid',
      `More than ${mostRead.toLocaleString('en')} small files may be pointers of Git LFS.`,
    )
  for (let at = 0; at < candidates.length; at += atOnce) {
    const part = candidates.slice(at, at + atOnce)
    const read = await Promise.all(part.map(({ sha }) => objects.read(sha)))
    read.forEach((object, index) => {
      if (object?.bytes.toString('latin1', 0, pointerStart.length) === pointerStart)
        pointers.push({ ...part[index]!, text: object.bytes.toString('latin1') })
    })
  }
  return pointers
}

/** Those of `files` of the tree of `sha` that git itself would hand to LFS: a later pattern may take back what an earlier one says. */
export async function filtered(parts: MirrorParts, sha: string, files: Pointer[]): Promise<Pointer[]> {
  if (files.length === 0) return []
  const env = { GIT_INDEX_FILE: join(parts.spool, `index-${randomUUID()}`) }
  try {
    await parts.git(['read-tree', `${sha}^{tree}`], { env })
    const input = Buffer.from(files.map(({ path }) => `${path}\0`).join(''), 'latin1')
    const output = await parts.git(['check-attr', '--cached', '-z', '--stdin', 'filter'], { env, input })
    const fields = output.toString('latin1').split('\0')
    const lfs = new Set(fields.filter((_path, at) => at % 3 === 0 && fields[at + 2] === 'lfs'))
    return files.filter(({ path }) => lfs.has(path))
  } finally {
    await rm(env.GIT_INDEX_FILE, { force: true })
  }
}

/** What a pointer points to. Null for one of another form, which LFS leaves as it is, too (git-lfs, docs/spec.md). */
export function parsePointer(text: string): { oid: string; size: number } | null {
  const [, oid = '', size = ''] = /^version [^\n]+\noid sha256:([0-9a-f]{64})\nsize ([0-9]{1,15})\n?$/.exec(text) ?? []
  return oid === '' ? null : { oid, size: Number(size) }
}

/** Paths at or below the folder of a `.gitattributes` whose names fit its patterns with LFS's filter: at least what git takes. */
async function filteredBy(objects: Objects, { path, sha }: TreeFile): Promise<RegExp[]> {
  const text = (await objects.read(sha))?.bytes.toString('latin1') ?? ''
  const patterns = text.matchAll(/^[ \t]*(?!#)("(?:[^"\\]|\\.)*"|\S+)[ \t][^\n]*\bfilter=lfs(?:\s|$)/gm)
  const folder = path.slice(0, -'.gitattributes'.length).replace(/[^\w/]/g, '\\$&')
  return [...patterns].map(([, pattern = '']) => new RegExp(`^${folder}(.*/)?${namePattern(pattern)}$`, 's'))
}

/** Of the last part of a pattern. Classes, escapes and many stars are rare: any name may be meant. */
function namePattern(pattern: string): string {
  const name = pattern.replace(/^"|"$/g, '').replace(/\/$/, '').split('/').at(-1)!
  if (/[[\\]|\*.*\*[^*].*\*/.test(name)) return '[^/]*'
  return name
    .replace(/[^\w*?]/g, '\\$&')
    .replace(/\*+/g, '[^/]*')
    .replaceAll('?', '[^/]')
}
