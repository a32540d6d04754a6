// Rows of configuration files as people get to see them: never what is in them.
import type { ConfigFileView } from '@/lib/api/shapes-files.ts'
import type { FileTarget } from '@/lib/deploy/types.ts'
import { findFilesOf, type FileRevision, type PlacedRevision } from '@/lib/store/files.ts'
import { findAppliedPart, type AppliedPart } from '@/lib/store/applied-part.ts'
import type { Reader } from '@/lib/store/reader.ts'
import { findLiveVariables } from '@/lib/store/variables.ts'

/** Ids of the revisions that the live release has, and on which servers alone it was given the newest of them. */
export type LiveFiles = { ids: ReadonlySet<string>; part: AppliedPart | null }

export async function liveFiles(reader: Reader, environmentId: string): Promise<LiveFiles> {
  const { live } = await findLiveVariables(reader, environmentId)
  if (!live) return { ids: new Set(), part: null }
  const files = await findFilesOf(reader, live.id)
  return {
    ids: new Set(files.map(({ id }) => id)),
    part: await findAppliedPart(reader, environmentId, live.id, 'files'),
  }
}

export function configFileView(row: PlacedRevision, { ids, part }: LiveFiles): ConfigFileView {
  const { id, path } = row.file
  const isLive = ids.has(row.id)
  // What was there when all servers were given everything, all have.
  const isNewer = part !== null && (part.since === null || row.createdAt > part.since)
  const onlyOn = isLive && isNewer ? part.targetIds : null
  return { id, target: row.file.target as FileTarget, path, ...revisionView(row), isLive, onlyOn }
}

export function revisionView(row: FileRevision) {
  const { number, size, isText, isSecret, owner, group, mode, createdBy, createdAt } = row
  return { number, size, isText, isSecret, owner, group, mode, createdBy, createdAt: createdAt.toISOString() }
}
