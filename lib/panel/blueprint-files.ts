// The files of an environment as code: what anybody may read who may read the file; of secret ones that they are there.
import { isDeepStrictEqual } from 'node:util'
import type { Actor } from '@/lib/access.ts'
import type { EnvironmentBlueprint } from '@/lib/api/blueprint.ts'
import { fileTargets, type FileTarget } from '@/lib/deploy/types.ts'
import { textOf } from '@/lib/redact/files.ts'
import { findContents, findFiles } from '@/lib/store/files.ts'
import type { Context } from './context.ts'
import { listConfigFiles, removeConfigFile, saveConfigFile } from './files.ts'

type Files = NonNullable<EnvironmentBlueprint['files']>
type FileAsCode = NonNullable<Files[FileTarget]>[string]

/** By target and path; with their content where that is no secret. */
export async function filesAsCode({ db, secrets }: Context, environmentId: string): Promise<Files> {
  const rows = await findFiles(db.prisma, environmentId)
  const open = rows.filter(({ isSecret }) => !isSecret).map(({ id }) => id)
  const contents = await findContents(db.prisma, open)
  const files: Files = {}
  for (const { id, file, mode, owner, group } of rows) {
    const content = contents.get(id)
    const one: FileAsCode = {
      mode,
      ...(owner === null ? {} : { owner }),
      ...(group === null ? {} : { group }),
      ...(content ? bytesAsCode(secrets.decrypt(content.content)) : { secret: true }),
    }
    files[file.target as FileTarget] = { ...files[file.target as FileTarget], [file.path]: one }
  }
  return files
}

function bytesAsCode(bytes: Uint8Array): { content: string } | { base64: string } {
  const content = textOf(bytes)
  return content === null ? { base64: Buffer.from(bytes).toString('base64') } : { content }
}

/** New revisions of what differs. Returns the paths of secret files that have no content yet. PanelError as saveConfigFile. */
export async function applyFiles(ctx: Context, actor: Actor, environmentId: string, wanted: Files): Promise<string[]> {
  const before = await filesAsCode(ctx, environmentId)
  const missing: string[] = []
  for (const target of fileTargets)
    for (const [path, file] of Object.entries(wanted[target] ?? {})) {
      const now = ownOf(before[target], path)
      const { secret, content, base64, mode, ...rights } = file
      if (secret && !now) missing.push(path)
      else if (!isDeepStrictEqual(now, { ...file, mode: mode ?? now?.mode }))
        await saveConfigFile(ctx, actor, {
          ...{ environmentId, target, path, mode: mode ?? now?.mode, ...rights, isSecret: secret === true },
          ...(secret ? {} : { content: content ?? base64, encoding: content === undefined ? 'base64' : 'text' }),
        })
    }
  for (const { id, target, path } of await listConfigFiles(ctx, actor, { environmentId }))
    if (!ownOf(wanted[target], path)) await removeConfigFile(ctx, actor, { environmentId, id })
  return missing
}

/** Paths may be called like what every object has. */
function ownOf(files: Files[FileTarget], path: string): FileAsCode | undefined {
  return files && Object.hasOwn(files, path) ? files[path] : undefined
}
