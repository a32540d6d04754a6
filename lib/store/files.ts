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

type Key = { environmentId: string } & ({ id: string } | { target: string; path: string })

/** A file with its newest revision, which may be a removal. */
export async function findFile(
  reader: Reader,
  key: Key,
): Promise<{ file: ConfigFile; newest: ConfigFileRevision } | null> {
  const found = await reader.configFile.findFirst({
    where: key,
    include: { revisions: { orderBy: { number: 'desc' }, take: 1 } },
  })
  if (!found) return null
  const { revisions, ...file } = found
  return { file, newest: revisions[0]! }
}

/** Newest first, removals among them; nobody reads further back than a hundred. */
export function findFileRevisions(
  reader: Reader,
  fileId: string,
): Promise<(FileRevision & { releases: { release: { number: number } }[] })[]> {
  return reader.configFileRevision.findMany({
    where: { fileId },
    omit: { content: true },
    include: {
      releases: {
        where: { release: { state: 'complete' } },
        select: { release: { select: { number: true } } },
        orderBy: { release: { number: 'asc' } },
      },
    },
    orderBy: { number: 'desc' },
    take: 100,
  })
}

/** `content` is encrypted; `sha256` (hex) and `size` are of the plain bytes, null and 0 for a removal. */
export async function insertFileRevision(
  reader: Reader,
  place: { environmentId: string; target: string; path: string },
  revision: Omit<ConfigFileRevision, 'id' | 'fileId' | 'createdAt' | 'content'> & {
    content: Uint8Array<ArrayBuffer> | null
  },
): Promise<PlacedRevision> {
  const file = await reader.configFile.upsert({
    where: { environmentId_target_path: place },
    create: place,
    update: {},
  })
  const row = await reader.configFileRevision.create({
    data: { ...revision, fileId: file.id },
    omit: { content: true },
  })
  return { ...row, file }
}

/** Revisions whose text logs may still hold: of each file the newest few that were secret. Ids, in a steady order. */
export async function findSecretRevisions(reader: Reader, environmentId: string): Promise<string[]> {
  const files = await reader.configFile.findMany({
    where: { environmentId },
    select: {
      revisions: {
        where: { isSecret: true, isText: true, sha256: { not: null } },
        orderBy: { number: 'desc' },
        take: 3,
        select: { id: true },
      },
    },
    orderBy: { id: 'asc' },
  })
  return files.flatMap(({ revisions }) => revisions.map(({ id }) => id))
}

/** One revision of a file, with its bytes. */
export function findFileRevision(reader: Reader, fileId: string, number: number): Promise<ConfigFileRevision | null> {
  return reader.configFileRevision.findUnique({ where: { fileId_number: { fileId, number } } })
}

/** How many revisions there are of all files of an environment, removals among them. */
export function countFileRevisions(reader: Reader, environmentId: string): Promise<number> {
  return reader.configFileRevision.count({ where: { file: { environmentId } } })
}

/** Paths anywhere on the server that other environments write on one of these servers. */
export async function findPathsOnServers(
  reader: Reader,
  { serverIds, except }: { serverIds: string[]; except: string },
): Promise<string[]> {
  const files = await reader.configFile.findMany({
    where: {
      target: 'server',
      environmentId: { not: except },
      environment: { targets: { some: { serverId: { in: serverIds } } } },
    },
    select: { path: true, revisions: { orderBy: { number: 'desc' }, take: 1, select: { sha256: true } } },
  })
  return files.filter(({ revisions }) => revisions[0]?.sha256).map(({ path }) => path)
}
