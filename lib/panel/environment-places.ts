// Whose folder is whose on a server.
import { demand, may, sees, type Actor } from '@/lib/access.ts'
import { PanelError } from '@/lib/errors.ts'
import { findUnfinished } from '@/lib/store/environments.ts'
import * as store from '@/lib/store/places.ts'
import type { Reader } from '@/lib/store/reader.ts'
import { checkedPlace } from './check-report.ts'
import { invalid } from './act.ts'

/** PanelError conflict that belongs to one field: what was typed is fine, but somebody else has it. */
export function taken(path: string, message: string): PanelError {
  return new PanelError('conflict', message, { problems: [{ path, message }] })
}

/** An environment that has places already. */
type Settled = { id: string; targets: { serverId: string; root: string }[] }

/**
 * A root belongs to one environment. One inside another is refused too: releases there would be part of the other's files. What
 * the last check of a root found there is taken over only with consent. Servers belong to the panel: who configures projects alone
 * takes one that a project of theirs has already. The places that `self` has stay what they are. PanelError: invalid, forbidden, conflict.
 */
export async function refusePlaces(
  reader: Reader,
  actor: Actor,
  servers: store.TargetFields[],
  self: Settled | null,
): Promise<void> {
  for (const [at, place] of servers.entries())
    if (!self?.targets.some(({ serverId, root }) => serverId === place.serverId && root === place.root))
      await refusePlace(reader, actor, place, { self: self?.id ?? null, path: `servers.${at}` })
  await refuseAmongEachOther(reader, servers)
}

async function refusePlace(
  reader: Reader,
  actor: Actor,
  { serverId, root, adopt }: store.TargetFields,
  { self, path }: { self: string | null; path: string },
): Promise<void> {
  const beside = await store.findTargetsBeside(reader, serverId)
  if (!beside) throw invalid(`${path}.serverId`, 'There is no such server.')
  refuseServer(
    actor,
    beside.filter((one) => one.serverId === serverId),
    `${path}.serverId`,
  )
  const other = beside.find(
    (one) =>
      one.environmentId !== self &&
      [one.root, one.canonicalRoot].some((theirs) => theirs !== null && overlap(theirs, root)),
  )
  if (other) throw taken(`${path}.root`, inTheWay(actor, other, root))
  const found = adopt ? null : await foreignThing(reader, serverId, root)
  if (found) throw taken(`${path}.adopt`, `On the server, ${found}. Agree to take it over, or choose another folder.`)
}

/** One machine may be two servers of the panel: by two names, or as two users. */
async function refuseAmongEachOther(reader: Reader, servers: store.TargetFields[]): Promise<void> {
  if (servers.length < 2) return
  const machines = await store.findMachines(
    reader,
    servers.map(({ serverId }) => serverId),
  )
  const isSame = (a: string, b: string): boolean => {
    const [one, other] = [machines.get(a), machines.get(b)]
    if (!one || !other) return false
    const { host, port, jumpId, hostKey } = one
    const isThere = host === other.host && port === other.port && jumpId === other.jumpId
    return isThere || (hostKey !== null && hostKey === other.hostKey)
  }
  for (const [at, { serverId, root }] of servers.entries()) {
    const other = servers.slice(0, at).find((one) => isSame(one.serverId, serverId) && overlap(one.root, root))
    if (other)
      throw taken(`servers.${at}.root`, `${root} and ${other.root} overlap, and both servers are the same machine.`)
  }
}

/** Before its key was known nobody could see that a server is another one as well. PanelError: conflict (a folder would be taken twice). */
export async function refuseSecondName(
  reader: Reader,
  actor: Actor,
  server: { id: string; targets: { root: string }[] },
  hostKey: string,
): Promise<void> {
  const there = await store.findTargetsOfKey(reader, hostKey, server.id)
  for (const { root } of server.targets) {
    const other = there.find((one) => overlap(one.root, root))
    if (other)
      throw new PanelError(
        'conflict',
        `This is the same machine as ${other.server.name}. ${inTheWay(actor, other, root)} Take the environment off this server first.`,
      )
  }
}

function overlap(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`)
}

function refuseServer(actor: Actor, uses: store.TargetBeside[], path: string): void {
  const projects = uses.map(({ environment }) => environment.projectId)
  if ([null, ...projects].some((projectId) => may(actor, 'configure', projectId))) return
  if (!projects.some((projectId) => sees(actor, projectId))) throw invalid(path, 'There is no such server.')
  demand(actor, 'configure', null)
}

function inTheWay(actor: Actor, { environment, server, root: theirs }: store.TargetBeside, root: string): string {
  if (!sees(actor, environment.projectId)) return `${root} overlaps the folder of another environment.`
  const owner = `${environment.project.name} ${environment.name}`
  if (theirs === root) return `${owner} lives in ${root} on ${server.name}.`
  return `${root} and the folder of ${owner} (${theirs} on ${server.name}) overlap.`
}

/** What the last check saw in the place of `current`, if it was of this root and found something of somebody else. */
async function foreignThing(reader: Reader, serverId: string, root: string): Promise<string | null> {
  const check = checkedPlace(await store.findCheck(reader, serverId))
  if (check?.root !== root) return null
  return check.lines.find(({ id, verdict }) => id === 'current' && verdict !== 'ok')?.detail ?? null
}

/** PanelError conflict while a deployment is queued or running; `what` ends the sentence about waiting for it. */
export async function refuseUnderWay(reader: Reader, id: string, what: string): Promise<void> {
  const [first] = await findUnfinished(reader, id)
  if (!first) return
  const { number, status } = first
  throw new PanelError('conflict', `Deployment ${number} is ${status}. Cancel it or wait for its end, then ${what}.`, {
    deploymentId: first.id,
    number,
  })
}
