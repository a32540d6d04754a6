// What a deployed tree will lack although the repository seems to have it: submodules and files kept by Git LFS.
import type { Finding } from '../deploy/types.ts'

/** Files at the root of a tree that `contentFindings` reads. */
export const contentFiles = ['.gitmodules', '.gitattributes'] as const

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
    if (path === '.gitattributes' && /^[^#\n]*\sfilter=lfs(\s|$)/m.test(text))
      findings.push({
        level: 'warning',
        code: 'lfs_pointers',
        path,
        message: 'Files kept by Git LFS are deployed as their pointers, not their contents.',
        hint: 'Fetch them in the hook after.pull, or keep them in the repository itself.',
      })
  }
  return findings
}
