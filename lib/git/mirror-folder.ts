// What mirrors look like on disk: how they are named, made and tidied up, and the settings that git works with there.
import { createHash } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PanelError } from '../errors.ts'

/** Settings of every git process; the machine's and the user's own are not read. */
export const gitConfig = `[core]
	hooksPath = /dev/null
	fsmonitor = false
	attributesFile = /dev/null
	excludesFile = /dev/null
	quotePath = false
	commitGraph = true
[gc]
	auto = 0
[maintenance]
	auto = false
[credential]
	helper =
[fetch]
	recurseSubmodules = false
	writeCommitGraph = false
[submodule]
	recurse = false
[tar]
	umask = 0022
[i18n]
	logOutputEncoding = UTF-8
[safe]
	directory = *
[advice]
	detachedHead = false
`

/** Attributes that win over the repository's own: a deployed tree is the commit's, not that of a source archive. */
const attributes = '* -export-ignore -export-subst\n'

/** Makes a bare repository at `path`, whole or not at all. `init` runs git there; `config` is added to its own settings. */
export async function makeBare(path: string, init: (fresh: string) => Promise<unknown>, config = ''): Promise<void> {
  if (await exists(path)) return
  const fresh = `${path}.new`
  await rm(fresh, { recursive: true, force: true })
  await init(fresh)
  await mkdir(join(fresh, 'info'), { recursive: true })
  await writeFile(join(fresh, 'info', 'attributes'), attributes)
  if (config !== '') await writeFile(join(fresh, 'config'), config, { flag: 'a' })
  await rename(fresh, path)
}

/** The id as a directory name: ids are UUIDs; anything else is hashed rather than trusted. */
export function mirrorName(id: string): string {
  if (id === '') throw new PanelError('invalid', 'A repository needs an id.')
  return `${/^[A-Za-z0-9-]{1,64}$/.test(id) ? id : createHash('sha256').update(id).digest('hex')}.git`
}

/** Lock files that a killed fetch left: we hold the mirror and orphans are gone, so nobody writes to it. */
export async function removeStaleLocks(path: string): Promise<void> {
  const names = await readdir(path, { recursive: true })
  for (const name of names) if (name.endsWith('.lock')) await rm(join(path, name), { force: true })
}

/** No pack and no object: nothing was fetched yet. */
export async function isEmpty(mirror: string): Promise<boolean> {
  const [objects, packs] = await Promise.all([readdir(join(mirror, 'objects')), readdir(join(mirror, 'objects/pack'))])
  return packs.length === 0 && objects.length <= 2
}

export async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null
}
