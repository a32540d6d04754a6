// Configuration files: a row a place, immutable revisions, and which of them a release was made with.
import type { ConfigFile, ConfigFileRevision } from './generated/client.ts'
import type { Reader } from './reader.ts'

export type { ConfigFile }
/** Without its bytes, which are read only by those who need them. */
export type FileRevision = Omit<ConfigFileRevision, 'content'>
export type PlacedRevision = FileRevision & { file: ConfigFile }

/** The newest revision of every file that wasn't removed, by target and path. */
export async function findFiles(reader: Reader, environmentId: string): Promise<PlacedRevision[]> {
  const files = await reader.configFile.findMany({
    where: { environmentId },
    include: { revisions: { orderBy: { number: 'desc' }, take: 1, omit: { content: true } } },
    orderBy: [{ target: 'asc' }, { path: 'asc' }],
  })
  return files.flatMap(({ revisions, ...file }) =>
    revisions.filter(({ sha256 }) => sha256 !== null).map((revision) => ({ ...revision, file })),
  )
}

/** The revisions that a release was made with. */
export async function findFilesOf(reader: Reader, releaseId: string): Promise<PlacedRevision[]> {
  const rows = await reader.releaseFile.findMany({
    where: { releaseId },
    include: { revision: { omit: { content: true }, include: { file: true } } },
    orderBy: { revision: { file: { path: 'asc' } } },
  })
  return rows.map(({ revision }) => revision)
}

/** The encrypted bytes of revisions by id, with what to call them; removals have none. */
export async function findContents(
  reader: Reader,
  ids: string[],
): Promise<Map<string, { content: Uint8Array; number: number; path: string; sha256: string | null }>> {
  const rows = await reader.configFileRevision.findMany({
    where: { id: { in: ids } },
    include: { file: { select: { path: true } } },
  })
  return new Map(
    rows.flatMap(({ id, content, number, sha256, file }) =>
      content === null ? [] : [[id, { content, number, path: file.path, sha256 }] as const],
    ),
  )
}
