// Variable sets: immutable rows, numbered per environment; the environment points to the newest.
import type { VariableSet } from './generated/client.ts'
import type { Reader } from './reader.ts'

export type { VariableSet }

export function findNewestVariables(reader: Reader, environmentId: string): Promise<VariableSet | null> {
  return reader.variableSet.findFirst({ where: { environmentId }, orderBy: { number: 'desc' } })
}

export function findVariables(reader: Reader, environmentId: string, number: number): Promise<VariableSet | null> {
  return reader.variableSet.findUnique({ where: { environmentId_number: { environmentId, number } } })
}

/** The newest set whose text has this hash. */
export function findVariablesOf(reader: Reader, environmentId: string, sha256: string): Promise<VariableSet | null> {
  return reader.variableSet.findFirst({ where: { environmentId, sha256 }, orderBy: { number: 'desc' } })
}

/** Newest first; `before` is a number to continue after. One more than `limit`, so that each has the one before it. */
export function findVariableSets(
  reader: Reader,
  environmentId: string,
  { before, limit }: { before?: number | undefined; limit: number },
) {
  return reader.variableSet.findMany({
    where: { environmentId, ...(before === undefined ? {} : { number: { lt: before } }) },
    include: {
      releases: { where: { state: 'complete' }, select: { id: true, number: true }, orderBy: { number: 'asc' } },
    },
    orderBy: { number: 'desc' },
    take: limit + 1,
  })
}

/** The release that is live, with its set; null when none of the panel's is. And what kind of application it is. */
export async function findLiveVariables(reader: Reader, environmentId: string) {
  const { liveReleaseId, appType } = await reader.environment.findUniqueOrThrow({
    where: { id: environmentId },
    select: { liveReleaseId: true, appType: true },
  })
  const live =
    liveReleaseId === null
      ? null
      : await reader.release.findUnique({ where: { id: liveReleaseId }, include: { variableSet: true } })
  return { live, appType }
}

/** `text` is encrypted, `sha256` (hex) is of the plain bytes, as the `.env` of a release has them. */
export async function insertVariables(
  reader: Reader,
  set: {
    environmentId: string
    number: number
    text: Uint8Array<ArrayBuffer>
    sha256: string
    secrets: string[] | null
    dialect: string | null
    createdBy: string
  },
): Promise<VariableSet> {
  const { secrets, ...data } = set
  const row = await reader.variableSet.create({ data: { ...data, ...(secrets && { secrets }) } })
  await reader.environment.update({ where: { id: set.environmentId }, data: { variableSetId: row.id } })
  return row
}
