// Whether files of a tree are shipped as they are stored (gitattributes(5), "checking-out").
import type { Objects } from './objects.ts'
import type { TreeFile } from './tree.ts'

/** What may make a file on disk differ from what is stored; without configuration, no filter does. Macros may hide any of it. */
const converting = /eol=crlf|\bident\b|working-tree-encoding|^[ \t]*\[attr\]/im

/** Larger ones are left to git. */
const readBytes = 1_048_576

/** True when none of these `.gitattributes` converts anything. */
export async function convertsNothing(objects: Objects, attributes: TreeFile[]): Promise<boolean> {
  if (attributes.reduce((sum, { size }) => sum + size, 0) > readBytes) return false
  const found = await Promise.all(attributes.map(({ sha }) => objects.read(sha)))
  return found.every((object) => object?.type === 'blob' && !converting.test(object.bytes.toString('latin1')))
}
