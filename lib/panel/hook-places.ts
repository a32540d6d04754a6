// Which of several servers a hook runs on: that there are such, and how it is written down.
import type { PlaceAsCode } from '@/lib/api/hook-place.ts'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import type { HookPlace } from '@/lib/deploy/types.ts'
import { meant } from '@/lib/format/edit-distance.ts'
import { findEnvironment } from '@/lib/store/environments.ts'
import type { Reader } from '@/lib/store/reader.ts'
import { invalid } from './act.ts'

type Target = { serverId: string; labels: string[] }

/** PanelError invalid: a server that the environment doesn't have, or labels that none of its servers has. */
export async function refuseHookPlace(reader: Reader, environmentId: string, place: HookPlace): Promise<void> {
  if (place.on === 'all' || place.on === 'once') return
  const environment = await findEnvironment(reader, environmentId)
  const targets = (environment?.targets ?? []).map(({ serverId, server }) => ({ serverId, labels: server.labels }))
  if (place.on === 'servers' && place.serverIds.some((id) => !targets.some(({ serverId }) => serverId === id)))
    throw invalid('place.serverIds', 'The hook would run on a server that this environment doesn’t have.')
  if (place.on === 'labels' && !targets.some((target) => isAt(place, target)))
    throw invalid('place.labels', 'No server of this environment has one of these labels.')
}

/**
 * The place of a hook in an environment with other servers. What was meant for some of them runs once where none of these is
 * left: on one server, as it did, rather than on all or on none.
 */
export function placeAmong(place: HookPlace, targets: Target[]): HookPlace {
  if (place.on === 'all' || place.on === 'once') return place
  if (!targets.some((target) => isAt(place, target))) return { on: 'once' }
  if (place.on === 'labels') return place
  return { on: 'servers', serverIds: place.serverIds.filter((id) => targets.some(({ serverId }) => serverId === id)) }
}

function isAt(place: HookPlace, { serverId, labels }: Target): boolean {
  if (place.on === 'servers') return place.serverIds.includes(serverId)
  return place.on !== 'labels' || place.labels.some((label) => labels.includes(label))
}

/** Servers that the environment no longer has aren't written down: the hook doesn't run there. */
export function placeToCode(place: HookPlace, targets: EnvironmentView['targets']): PlaceAsCode {
  if (place.on === 'labels') return { labels: place.labels }
  if (place.on !== 'servers') return place.on
  return { servers: targets.filter(({ serverId }) => place.serverIds.includes(serverId)).map(({ server }) => server) }
}

/** PanelError invalid at `path`: a server that the environment doesn't have. */
export function placeFromCode(place: PlaceAsCode, targets: EnvironmentView['targets'], path: string): HookPlace {
  if (typeof place === 'string') return { on: place }
  if ('labels' in place) return { on: 'labels', labels: place.labels }
  const serverIds = place.servers.map((name, at) => {
    const found = targets.find(({ server }) => server === name)
    if (found) return found.serverId
    const near = meant(
      name,
      targets.map(({ server }) => server),
    )
    const hint = near ? `Did you mean “${near}”?` : 'Name it under the servers of the environment, too.'
    throw invalid(`${path}.servers.${at}`, `The environment has no server “${name}”.`, hint)
  })
  return { on: 'servers', serverIds }
}
