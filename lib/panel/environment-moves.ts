// An environment gets other servers, or another folder on one of them.
import type { Actor } from '@/lib/access.ts'
import { PanelError } from '@/lib/errors.ts'
import type { EnvironmentRow } from '@/lib/store/environments.ts'
import { findFiles, findPathsOnServers } from '@/lib/store/files.ts'
import * as store from '@/lib/store/places.ts'
import type { Reader } from '@/lib/store/reader.ts'
import { refusePlaces, refuseUnderWay, taken } from './environment-places.ts'

type Place = { serverId: string; root: string }

/**
 * Makes `servers` the places of an environment, in that order; the caller holds places and environment. Consent and order change at
 * any time, servers while nothing is under way, and the folder on one while no release was completed there: afterwards it would leave
 * releases, storage and what is live behind. What is live stays on one server at least. A server that goes is forgotten, nothing on it is
 * touched. Gives the places that were left, for the audit. PanelError: invalid, forbidden, conflict.
 */
export async function changePlaces(
  reader: Reader,
  actor: Actor,
  before: EnvironmentRow,
  servers: store.TargetFields[],
): Promise<Place[]> {
  const wantedOn = (serverId: string) => servers.find((one) => one.serverId === serverId)
  const gone = before.targets.filter(({ serverId }) => !wantedOn(serverId))
  const kept = before.targets.filter(({ serverId }) => wantedOn(serverId))
  const moved = kept.filter(({ serverId, root }) => wantedOn(serverId)!.root !== root)
  const added = servers.filter((one) => !kept.some(({ serverId }) => serverId === one.serverId))
  if (gone.length + moved.length + added.length > 0) {
    await refuseUnderWay(reader, before.id, 'change its servers')
    for (const { id } of moved) if (await store.isUsed(reader, id)) throw staysThere()
    await refuseLosing(reader, before.id, kept, gone)
    await refusePlaces(reader, actor, servers, before)
    await refuseFiles(reader, before.id, servers, added)
  }
  for (const { id } of gone) await store.deleteTarget(reader, id, before.id)
  for (const [position, wanted] of servers.entries()) {
    const now = kept.find(({ serverId }) => serverId === wanted.serverId)
    if (!now) await store.insertTarget(reader, { ...wanted, environmentId: before.id, position })
    else {
      if (moved.includes(now)) await store.moveTarget(reader, now.id, wanted)
      await store.changeTarget(reader, now.id, { adopt: wanted.adopt, position })
    }
  }
  return gone.map(({ serverId, root }) => ({ serverId, root }))
}

/** Before a server is left by a deployment: what is refused when it is forgotten is refused as well. PanelError: conflict. */
export async function refuseLeaving(reader: Reader, before: EnvironmentRow, serverId: string): Promise<void> {
  const kept = before.targets.filter((one) => one.serverId !== serverId)
  if (kept.length === 0) throw onlyOne()
  await refuseUnderWay(reader, before.id, 'change its servers')
  const gone = before.targets.filter((one) => one.serverId === serverId)
  await refuseLosing(reader, before.id, kept, gone)
}

export function onlyOne(): PanelError {
  return new PanelError('conflict', 'It is the only server of this environment. Add another one first.')
}

function staysThere(): PanelError {
  return new PanelError(
    'conflict',
    'Releases of this environment lie on its server. Make another environment for another place.',
  )
}

type Kept = { server: { name: string }; liveRelease: string | null }

/** What is live would be nowhere: neither would there be anything to roll back to, nor to bring to a new server. */
async function refuseLosing(reader: Reader, environmentId: string, kept: Kept[], gone: Kept[]): Promise<void> {
  if (gone.length === 0) return
  if (kept.length === 0 && (await store.hasReleases(reader, environmentId))) throw staysThere()
  const live = await store.findLiveName(reader, environmentId)
  const last = gone.filter(({ liveRelease }) => live !== null && liveRelease === live)
  if (last.length === 0 || kept.some(({ liveRelease }) => liveRelease === live)) return
  const names = last.map(({ server }) => server.name).join(' and ')
  throw new PanelError('conflict', `The live release is on ${names} alone. Deploy to another server first.`)
}

/** Files anywhere on a server are written by one environment alone, and none lies where an environment does. */
async function refuseFiles(
  reader: Reader,
  environmentId: string,
  servers: store.TargetFields[],
  added: store.TargetFields[],
): Promise<void> {
  const own = (await findFiles(reader, environmentId)).filter(({ file }) => file.target === 'server')
  for (const { serverId, root } of own.length > 0 ? added : []) {
    const theirs = await findPathsOnServers(reader, { serverIds: [serverId], except: environmentId })
    const clash = own.find(
      ({ file: { path } }) => theirs.includes(path) || path === root || path.startsWith(`${root}/`),
    )
    if (!clash) continue
    const at = servers.findIndex((one) => one.serverId === serverId)
    const message = theirs.includes(clash.file.path)
      ? `Another environment writes ${clash.file.path} there, which this one writes, too.`
      : `${clash.file.path}, which this environment writes, is below ${root}.`
    throw taken(`servers.${at}.root`, message)
  }
}
