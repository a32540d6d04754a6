// Which servers of an environment a request is for.
import { PanelError } from '@/lib/errors.ts'
import type { WishRow } from '@/lib/store/history.ts'
import { findLiveName } from '@/lib/store/places.ts'
import type { Reader } from '@/lib/store/reader.ts'
import { invalid } from './act.ts'

type Target = WishRow['targets'][number]
/** `servers`: names or ids, of servers or of targets; left out = all. `onlyOutdated`: of these, those that lag behind. */
export type Chosen = { servers?: string[] | undefined; onlyOutdated?: boolean | undefined }

/**
 * The targets that are meant, in the environment's order; none given = all of them. PanelError: invalid (the environment is on no such
 * server), conflict (each of them has the live release).
 */
export async function chooseTargets(
  reader: Reader,
  { id, targets }: WishRow,
  { servers, onlyOutdated = false }: Chosen,
): Promise<Target[]> {
  for (const [at, wanted] of (servers ?? []).entries())
    if (!targets.some((target) => isCalled(target, wanted)))
      throw invalid(
        `servers.${at}`,
        'The environment is on no such server.',
        `It is on ${targets.map(({ server }) => server.name).join(', ')}.`,
      )
  const named = servers ? targets.filter((one) => servers.some((wanted) => isCalled(one, wanted))) : targets
  if (!onlyOutdated) return named
  const live = await findLiveName(reader, id)
  const outdated = named.filter((target) => !isAt(target, live))
  if (outdated.length === 0) throw new PanelError('conflict', 'Each of these servers has the live release.')
  return outdated
}

/** Whether the target was seen to have that release live, and nothing has happened since that nobody saw. */
export function isAt({ liveRelease, unknownSince }: Target, release: string | null): boolean {
  return release !== null && liveRelease === release && unknownSince === null
}

function isCalled({ id, serverId, server }: Target, wanted: string): boolean {
  return [id, serverId, server.name].includes(wanted)
}

/** What a request for these is stored and asked with: nothing when they are all that the environment has. */
export function onlyOn({ targets }: WishRow, meant: Target[]): { targetIds?: string[] } {
  return meant.length === targets.length ? {} : { targetIds: meant.map(({ id }) => id) }
}
