// Where environments live: whose folder is whose on a server, and when an environment may go to another one.
import { demand, may, sees, type Actor } from '@/lib/access.ts'
import { PanelError } from '@/lib/errors.ts'
import * as store from '@/lib/store/environments.ts'
import type { Reader } from '@/lib/store/reader.ts'
import { checkedPlace } from './check-report.ts'
import { invalid } from './act.ts'

/** PanelError conflict that belongs to one field: what was typed is fine, but somebody else has it. */
export function taken(path: string, message: string): PanelError {
  return new PanelError('conflict', message, { problems: [{ path, message }] })
}

/**
 * A root belongs to one environment. One inside another is refused too: releases there would be part of the other's files. What
 * the last check of a root found there is taken over only with consent. Servers belong to the panel: who configures projects alone
 * takes one that a project of theirs has already. PanelError: invalid, forbidden, conflict.
 */
export async function refusePlaces(
  reader: Reader,
  actor: Actor,
  servers: store.TargetFields[],
  self: string | null,
): Promise<void> {
  for (const [at, { serverId, root, adopt }] of servers.entries()) {
    const beside = await store.findTargetsBeside(reader, serverId)
    if (!beside) throw invalid(`servers.${at}.serverId`, 'There is no such server.')
    refuseServer(
      actor,
      beside.filter((one) => one.serverId === serverId),
      `servers.${at}.serverId`,
    )
    const other = beside.find(
      (one) =>
        one.environmentId !== self &&
        [one.root, one.canonicalRoot].some((path) => path !== null && overlap(path, root)),
    )
    if (other) throw taken(`servers.${at}.root`, inTheWay(actor, other, root))
    const found = adopt ? null : await foreignThing(reader, serverId, root)
    if (found)
      throw taken(`servers.${at}.adopt`, `On the server, ${found}. Agree to take it over, or choose another folder.`)
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

/**
 * Consent may be given or taken back at any time. The place itself changes only while no release was completed there:
 * afterwards it would leave releases, storage and what is live behind. PanelError: invalid, conflict.
 */
export async function changePlaces(
  reader: Reader,
  actor: Actor,
  before: store.EnvironmentRow,
  servers: store.TargetFields[],
): Promise<void> {
  const [target, wanted] = [before.targets[0], servers[0]]
  if (!target || !wanted) throw new PanelError('conflict', 'This environment has no server that could be changed.')
  if (target.serverId === wanted.serverId && target.root === wanted.root) {
    await store.setAdopt(reader, target.id, wanted.adopt)
    return
  }
  await refuseUnderWay(reader, before.id, 'change its place')
  if (await store.hasReleases(reader, before.id))
    throw new PanelError(
      'conflict',
      'Releases of this environment lie on its server. Make another environment for another place.',
    )
  await refusePlaces(reader, actor, servers, before.id)
  await store.moveTarget(reader, target.id, wanted)
}

/** PanelError conflict while a deployment is queued or running; `what` ends the sentence about waiting for it. */
export async function refuseUnderWay(reader: Reader, id: string, what: string): Promise<void> {
  const [first] = await store.findUnfinished(reader, id)
  if (!first) return
  const { number, status } = first
  throw new PanelError('conflict', `Deployment ${number} is ${status}. Cancel it or wait for its end, then ${what}.`, {
    deploymentId: first.id,
    number,
  })
}
