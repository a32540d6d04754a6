// What a commit says of its submodules: `.gitmodules`, read by git's own parser, held against the commits that the tree names.
import { PanelError } from '../errors.ts'
import type { MirrorParts } from './mirror.ts'
import { linkMode } from './tree-object.ts'
import type { TreeFile } from './tree.ts'

/** `path` as trees have it (latin1), `url` as it is written there. */
export type NamedSubmodule = { path: string; sha: string; url: string }

const fileBytes = 1_048_576
const urlLength = 2_000

/**
 * Submodules of the tree of `sha` with an address. `unnamed`: paths of the others, to be left empty: a repository that was added to
 * another by mistake has no address, and `update = none` says that nobody wants it. PanelError `invalid` for names and addresses that
 * git itself would refuse.
 */
export async function submodulesOf(
  parts: MirrorParts,
  sha: string,
  gitlinks: TreeFile[],
): Promise<{ named: NamedSubmodule[]; unnamed: string[] }> {
  const settings = gitlinks.length === 0 ? [] : await settingsOf(parts, sha)
  const named: NamedSubmodule[] = []
  const unnamed: string[] = []
  for (const gitlink of gitlinks) {
    const found = settings.find(({ path }) => path === gitlink.path)
    if (!found || found.url === '' || found.update === 'none') unnamed.push(gitlink.path)
    else named.push({ path: gitlink.path, sha: gitlink.sha, url: found.url })
  }
  return { named, unnamed }
}

type Setting = { name: string; path: string; url: string; update: string }

async function settingsOf(parts: MirrorParts, sha: string): Promise<Setting[]> {
  const file = (await parts.trees.below(sha, ['.gitmodules']))?.files[0]
  if (!file) return []
  if (file.mode === linkMode) throw new PanelError('invalid', '.gitmodules is a link, which git refuses.')
  if (file.size > fileBytes) throw new PanelError('invalid', '.gitmodules is larger than 1 MiB.')
  const output = await parts.git(['config', '--blob', file.sha, '--null', '--list']).catch(() => {
    throw new PanelError('invalid', '.gitmodules can’t be read: git takes it for no configuration.')
  })
  const settings = new Map<string, Setting>()
  for (const line of output.toString('latin1').split('\0')) {
    const [, name, key = '', value = ''] = /^submodule\.([^]+)\.(path|url|update)\n([^]*)$/.exec(line) ?? []
    if (name === undefined) continue
    const setting = settings.get(name) ?? { name, path: '', url: '', update: '' }
    settings.set(name, { ...setting, [key]: key === 'path' ? value.replace(/\/+$/, '') : value })
  }
  const found = [...settings.values()]
  for (const setting of found) check(setting)
  return found
}

/** As git does for CVE-2018-11235, CVE-2018-17456 and CVE-2025-48384, whose like would lead out of a repository or run something. */
function check({ name, path, url }: Setting): void {
  const shown = Buffer.from(name, 'latin1')
    .toString()
    .replace(/\p{Cc}/gu, '?')
  const isOutside = (text: string): boolean => text.split(/[/\\]/).includes('..')
  const isOdd = (text: string): boolean => /[\0-\x1f\x7f]/.test(text) || text.startsWith('-')
  if (name === '' || isOutside(name) || isOdd(name))
    throw new PanelError('invalid', `.gitmodules names a submodule “${shown}”, which git refuses.`)
  if (isOutside(path) || isOdd(path) || path.startsWith('/') || /(^|\/)\.git(\/|$)/i.test(path))
    throw new PanelError('invalid', `The path of the submodule “${shown}” leads out of the repository.`)
  if (isOdd(url) || url.length > urlLength)
    throw new PanelError('invalid', `The address of the submodule “${shown}” is not one that can be fetched from.`)
}
