// From what differs between two trees to what has to be removed and written.
import { submoduleMode } from './tree-object.ts'
import { isAttributes } from './tree.ts'
import type { TreeFile, TreeListing, TreeStep } from './tree.ts'

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
