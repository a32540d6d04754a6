// What a deployed tree will lack although the repository seems to have it: submodules and files kept by Git LFS.
import type { Finding } from '../deploy/types.ts'

/** Files at the root of a tree that `contentFindings` reads. */
export const contentFiles = ['.gitmodules'] as const

/** Findings from the files named in `contentFiles`; others are passed over. Nothing here stops a deployment. */
export function contentFindings(files: { path: string; bytes: Uint8Array }[]): Finding[] {
  const findings: Finding[] = []
  for (const { path, bytes } of files) {
    const text = new TextDecoder().decode(bytes)
    if (path === '.gitmodules') {
      for (const [, folder = ''] of text.matchAll(/^\s*path\s*=\s*(.+?)\s*$/gm))
        findings.push({
          level: 'warning',
          code: 'submodule_empty',
          path,
          message: `${folder} is a submodule: it is deployed as an empty directory.`,
          hint: 'Fetch it in the hook after.pull, or let the repository hold its files.',
        })
    }
  }
  return findings
}

/** How many of them are named. */
const named = 3

/** One finding for the files that Git LFS keeps elsewhere; of a sub-directory, if only that is deployed. */
export function pointerFindings(pointers: string[], subdirectory: string): Finding[] {
  const shipped = pointers.filter((path) => subdirectory === '' || path.startsWith(`${subdirectory}/`))
  const [first] = shipped
  if (first === undefined) return []
  const files =
    shipped.length === 1
      ? 'This file is shipped as a pointer of Git LFS, without its contents'
      : `These ${shipped.length} files are shipped as pointers of Git LFS, without their contents`
  const more = shipped.length > named ? ` and ${shipped.length - named} more` : ''
  return [
    {
      level: 'warning',
      code: 'lfs_pointers',
      path: first,
      message: `${files}: ${shipped.slice(0, named).join(', ')}${more}.`,
      hint: 'Fetch them in the hook after.pull, or keep them in the repository itself.',
    },
  ]
}
