// Hooks written in the panel: each saving is a new row, the newest of an event counts, one without text says "removed".
import type { HookPlace } from '@/lib/deploy/types.ts'
import type { HookRevision } from './generated/client.ts'
import type { Reader } from './reader.ts'

export type { HookRevision }

/** The newest revision of every event that ever had a hook; the many older texts aren't read. */
export async function findNewestHooks(reader: Reader, environmentId: string): Promise<HookRevision[]> {
  const newest = await reader.$queryRaw<{ id: string }[]>`
    SELECT DISTINCT ON ("event") "id" FROM "HookRevision" WHERE "environmentId" = ${environmentId} ORDER BY "event", "number" DESC`
  return reader.hookRevision.findMany({ where: { id: { in: newest.map(({ id }) => id) } } })
}

export function findNewestHook(reader: Reader, environmentId: string, event: string): Promise<HookRevision | null> {
  return reader.hookRevision.findFirst({ where: { environmentId, event }, orderBy: { number: 'desc' } })
}

/** Every revision of one event, newest first. */
export function findHookRevisions(reader: Reader, environmentId: string, event: string): Promise<HookRevision[]> {
  return reader.hookRevision.findMany({ where: { environmentId, event }, orderBy: { number: 'desc' }, take: mostShown })
}

export function findHookRevision(
  reader: Reader,
  key: { environmentId: string; event: string; number: number },
): Promise<HookRevision | null> {
  return reader.hookRevision.findUnique({ where: { environmentId_event_number: key } })
}

/** Nobody reads further back; the rows stay. */
const mostShown = 100

export function insertHook(
  reader: Reader,
  revision: Omit<HookRevision, 'id' | 'createdAt' | 'failure' | 'place'> & {
    failure?: string | null
    place?: HookPlace
  },
): Promise<HookRevision> {
  return reader.hookRevision.create({ data: revision })
}
