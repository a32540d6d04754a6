// Symbolic links of a tree that stay inside it: a hook that is a link to another is one that people run.
import { posix } from 'node:path'
import type { Objects } from './objects.ts'
import { linkMode } from './tree-object.ts'
import type { TreeFile } from './tree.ts'

/** So many links in a row are followed; more are a circle. */
export const mostLinks = 5
/** No path is longer than that (PATH_MAX of Linux). */
const longestTarget = 4_096

type Link = { path: string; target: string }

/** Paths from the root of the tree, both as text. A link that leads out of the tree is left out. */
export async function linksAmong(files: TreeFile[], objects: Pick<Objects, 'read'>): Promise<Link[]> {
  const links = files.filter(({ mode, size }) => mode === linkMode && size <= longestTarget)
  const found = await Promise.all(
    links.map(async ({ path: latin, sha }) => {
      const object = await objects.read(sha)
      if (object?.type !== 'blob') return []
      const path = Buffer.from(latin, 'latin1').toString()
      const target = posix.join(posix.dirname(path), object.bytes.toString()).replace(/\/$/, '')
      const leadsOut = object.bytes[0] === 0x2f || target === '.' || /^\.\.(\/|$)/.test(target)
      return leadsOut ? [] : [{ path, target }]
    }),
  )
  return found.flat()
}

/** The files of each target under the names that links give them; of a folder only where the link itself was asked for. */
export function throughLinks<F extends { path: string }>(
  links: Link[],
  targets: ReadonlyMap<string, F[]>,
  asked: string[],
): F[] {
  return links.flatMap(({ path, target }) =>
    (targets.get(target) ?? [])
      .filter((file) => file.path === target || asked.includes(path))
      .map((file) => ({ ...file, path: path + file.path.slice(target.length) })),
  )
}
