// Rows of configuration files as people get to see them: never what is in them.
import type { ConfigFileView } from '@/lib/api/shapes-files.ts'
import type { FileTarget } from '@/lib/deploy/types.ts'
import { findFilesOf, type FileRevision, type PlacedRevision } from '@/lib/store/files.ts'
import type { Reader } from '@/lib/store/reader.ts'
import { findLiveVariables } from '@/lib/store/variables.ts'

/** Ids of the revisions that the live release has. */
export async function liveRevisions(reader: Reader, environmentId: string): Promise<ReadonlySet<string>> {
  const { live } = await findLiveVariables(reader, environmentId)
  return new Set(live ? (await findFilesOf(reader, live.id)).map(({ id }) => id) : [])
}

export function configFileView(row: PlacedRevision, live: ReadonlySet<string>): ConfigFileView {
  const { id, path } = row.file
  return { id, target: row.file.target as FileTarget, path, ...revisionView(row), isLive: live.has(row.id) }
}

export function revisionView(row: FileRevision) {
  const { number, size, isText, isSecret, owner, group, mode, createdBy, createdAt } = row
  return { number, size, isText, isSecret, owner, group, mode, createdBy, createdAt: createdAt.toISOString() }
}
