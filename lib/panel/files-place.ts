// Whether a configuration file can lie where it is wanted, beside all that there is already.
import { mostOfFiles } from '@/lib/deploy/programs/secret.ts'
import type { FileTarget } from '@/lib/deploy/types.ts'
import { PanelError } from '@/lib/errors.ts'
import { findEnvironment } from '@/lib/store/environments.ts'
import { findFiles, findPathsOnServers, type FileRevision } from '@/lib/store/files.ts'
import type { Reader } from '@/lib/store/reader.ts'
import { invalid } from './act.ts'

type Spot = { target: FileTarget; path: string }

/** A file can't lie below another one, two environments can't write one file, and all of them travel at once. PanelError invalid. */
export async function refuseBeside(tx: Reader, environmentId: string, spot: Spot, size: number): Promise<void> {
  const { target, path } = spot
  const others = (await findFiles(tx, environmentId)).filter(({ file }) => file.path !== path || file.target !== target)
  const clash = others.find(
    ({ file }) => file.target === target && (file.path.startsWith(`${path}/`) || path.startsWith(`${file.path}/`)),
  )
  if (clash) throw invalid('path', `${clash.file.path} is a file already: neither can lie in the other.`)
  if (others.reduce((sum, one) => sum + one.size, size) > mostOfFiles)
    throw invalid('content', 'All files of an environment together have at most 4 MiB.')
  if (target === 'server') await refuseElsewhere(tx, environmentId, path)
}

async function refuseElsewhere(tx: Reader, environmentId: string, path: string): Promise<void> {
  const targets = (await findEnvironment(tx, environmentId))?.targets ?? []
  const inside = targets.find(({ root }) => path === root || path.startsWith(`${root}/`))
  if (inside)
    throw invalid(
      'path',
      `This is below ${inside.root}, where the environment lies: place it in the release or beside it.`,
    )
  const serverIds = targets.map((one) => one.serverId)
  if ((await findPathsOnServers(tx, { serverIds, except: environmentId })).includes(path))
    throw invalid(
      'path',
      'Another environment writes this file on the same server: they would take it from each other.',
    )
}

/** Somebody else was faster: `newest` is what is there, or null. */
export function stale(newest: FileRevision | null): PanelError {
  const message =
    newest === null
      ? 'The file that you edited does not exist.'
      : `${newest.createdBy} ${newest.sha256 === null ? 'removed' : 'saved'} this file meanwhile. Open it again.`
  return new PanelError('conflict', message, { newest: newest?.sha256 ? newest.number : null })
}
