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

/** `text` is encrypted, `sha256` (hex) is of the plain bytes, as the `.env` of a release has them. */
export async function insertVariables(
  reader: Reader,
  set: { environmentId: string; number: number; text: Uint8Array<ArrayBuffer>; sha256: string; createdBy: string },
): Promise<VariableSet> {
  const row = await reader.variableSet.create({ data: set })
  await reader.environment.update({ where: { id: set.environmentId }, data: { variableSetId: row.id } })
  return row
}
