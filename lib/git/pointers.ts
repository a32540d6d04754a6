// Files whose contents Git LFS keeps elsewhere: what lies in the tree are pointers to them, and those are shipped.
import type { Objects } from './objects.ts'
import type { TreeFile } from './tree.ts'

/** A pointer is shorter than this, and begins like that (git-lfs, docs/spec.md). */
export const pointerBytes = 1024
const pointerStart = 'version https://git-lfs.github.com/spec/'
/** So many are read at once, and at most. */
const atOnce = 500
const mostRead = 20_000
/** More patterns than this are taken for one that fits everything, so that no list of them takes long. */
const mostPatterns = 200

/**
 * Paths of the pointers among `small` (files below `pointerBytes`), for trees whose `.gitattributes` speak of LFS. Patterns are only
 * held against names, which leaves fewer to read: what a file holds decides.
 */
export async function pointersOf(objects: Objects, attributes: TreeFile[], small: TreeFile[]): Promise<string[]> {
  const pointers: string[] = []
  const found = (await Promise.all(attributes.map((file) => filteredBy(objects, file)))).flat()
  const filtered = found.length > mostPatterns ? [/^/] : found
  const candidates = small.filter(({ path }) => filtered.some((one) => one.test(path))).slice(0, mostRead)
  for (let at = 0; at < candidates.length; at += atOnce) {
    const part = candidates.slice(at, at + atOnce)
    const read = await Promise.all(part.map(({ sha }) => objects.read(sha)))
    read.forEach((object, index) => {
      if (object?.bytes.toString('latin1', 0, pointerStart.length) === pointerStart)
        pointers.push(Buffer.from(part[index]!.path, 'latin1').toString())
    })
  }
  return pointers
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
