// What an environment takes over from another one.
import type { HookPlace } from '@/lib/deploy/types.ts'
import { Prisma } from './generated/client.ts'
import { findContents, findFiles } from './files.ts'
import type { Reader } from './reader.ts'
import { findNewestHooks } from './hooks.ts'
import { findNewestVariables } from './variables.ts'

/** Ids of environments. */
type Copy = { from: string; to: string; createdBy: string }

/** The scripts that run now, as first revisions; `place` says where there. Returns the events. */
export async function copyHooks(
  reader: Reader,
  { from, to, createdBy, place }: Copy & { place: (before: HookPlace) => HookPlace },
): Promise<string[]> {
  const hooks = (await findNewestHooks(reader, from)).filter(({ text }) => text !== null)
  for (const { id: _id, createdAt: _at, ...hook } of hooks)
    await reader.hookRevision.create({
      data: { ...hook, place: place(hook.place as HookPlace), environmentId: to, number: 1, createdBy },
    })
  return hooks.map(({ event }) => event)
}

/** The newest set as the first one, still encrypted. Returns its number there; null = there was none. */
export async function copyVariables(reader: Reader, { from, to, createdBy }: Copy): Promise<number | null> {
  const set = await findNewestVariables(reader, from)
  if (!set) return null
  const { id: _id, createdAt: _at, secrets, ...rest } = set
  const row = await reader.variableSet.create({
    data: { ...rest, secrets: secrets ?? Prisma.DbNull, environmentId: to, number: 1, createdBy },
  })
  await reader.environment.update({ where: { id: to }, data: { variableSetId: row.id } })
  return set.number
}

/**
 * The newest revision of each configuration file as its first one there, still encrypted; but for those at `taken` paths of the
 * server, which another environment writes there. Returns the paths.
 */
export async function copyFiles(
  reader: Reader,
  { from, to, createdBy, taken }: Copy & { taken: string[] },
): Promise<string[]> {
  const files = (await findFiles(reader, from)).filter(
    ({ file }) => file.target !== 'server' || !taken.includes(file.path),
  )
  const contents = await findContents(
    reader,
    files.map(({ id }) => id),
  )
  for (const { id, createdAt: _at, file, fileId: _of, ...revision } of files) {
    const content = Uint8Array.from(contents.get(id)!.content)
    const made = { ...revision, content, number: 1, createdBy }
    await reader.configFile.create({
      data: { environmentId: to, target: file.target, path: file.path, revisions: { create: made } },
    })
  }
  return files.map(({ file }) => file.path)
}
