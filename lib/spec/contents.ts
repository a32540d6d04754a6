// What a deployed tree lacks although the repository seems to have it: submodules and files kept by Git LFS.
import type { Finding } from '../deploy/types.ts'
import type { Options } from './options.ts'

/** How many of them are named. */
const named = 3

/** One for each submodule that is left empty: all where they are switched off, otherwise those without an address. */
export function emptyFindings(paths: string[], { submodules, subdirectory }: Options): Finding[] {
  const hint = submodules
    ? '.gitmodules has no address for it. Add one, or take it out of the repository with “git rm --cached”.'
    : 'Switch submodules on in the settings of the environment, or fetch it in the hook after.pull.'
  return within(paths, subdirectory).map((path) => ({
    level: 'warning',
    code: 'submodule_empty',
    path,
    message: `${path} is a submodule: it is deployed as an empty directory.`,
    hint,
  }))
}

/** One finding for all files that are shipped as pointers; of a sub-directory, if only that is deployed. */
export function pointerFindings(pointers: string[], { lfs, subdirectory }: Options): Finding[] {
  const shipped = within(pointers, subdirectory)
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
      hint: lfs
        ? 'The attributes of the repository don’t hand them to LFS, or they are pointers of a kind that LFS leaves alone.'
        : 'Switch Git LFS on in the settings of the environment, or fetch them in the hook after.pull.',
    },
  ]
}

function within(paths: string[], folder: string): string[] {
  return paths.filter((path) => folder === '' || path.startsWith(`${folder}/`))
}
