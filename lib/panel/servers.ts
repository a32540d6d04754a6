// Servers: added with a key of their own, trusted by a fingerprint that a person confirmed, checked before anything runs.
import { z } from 'zod'
import { demand, may, projectsWith, sees, type Actor } from '@/lib/access.ts'
import { byId, checkInput, hostKeyInput, nothing } from '@/lib/api/inputs.ts'
import { serverChange, serverInput } from '@/lib/api/inputs-servers.ts'
import {
  checkReport,
  type CheckReport,
  type HostKeyView,
  type ServerChoice,
  type ServerView,
} from '@/lib/api/shapes.ts'
import { slugOf } from '@/lib/api/grammar.ts'
import { verdictOf } from '@/lib/deploy/check.ts'
import { PanelError } from '@/lib/errors.ts'
import { lockPlaces } from '@/lib/store/environments.ts'
import { depthBehind, findWay, mostJumps } from '@/lib/store/jumps.ts'
import type { Reader } from '@/lib/store/reader.ts'
import * as store from '@/lib/store/servers.ts'
import { change, invalid, missing, parse, withoutUndefined } from './act.ts'
import { ask } from './ask.ts'
import type { Context } from './context.ts'
import { refuseSecondName } from './environment-places.ts'
import { serverView } from './server-view.ts'
import { makeSshKey } from './ssh-key.ts'

const hostKeyAnswer = z.object({ hostKey: z.string().min(1), fingerprint: z.string().min(1) })

/** Servers belong to the panel: who does not configure it has none here, and meets theirs by name in environments. */
export async function listServers(ctx: Context, actor: Actor): Promise<ServerView[]> {
  if (!may(actor, 'configure', null)) return []
  return (await store.findServers(ctx.db.prisma)).map(serverView)
}

/**
 * Servers by name that the actor may put environments on: any for who configures the panel, and those that projects of theirs are on
 * already for who configures these, as `refusePlaces` has it. PanelError: invalid.
 */
export async function listServerChoices(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof nothing> = {},
): Promise<ServerChoice[]> {
  parse(nothing, input)
  const projects = projectsWith(actor, 'configure')
  return store.findServerNames(ctx.db.prisma, projects)
}

export async function getServer(ctx: Context, actor: Actor, input: z.input<typeof byId>): Promise<ServerView> {
  const { id } = parse(byId, input)
  return serverView(await load(ctx.db.prisma, actor, id))
}

/**
 * Makes a key pair for this server alone; nobody connects yet. `jumpId` is the server that it is reached through.
 * PanelError: invalid, forbidden, conflict (name taken).
 */
export async function addServer(ctx: Context, actor: Actor, input: z.input<typeof serverInput>): Promise<ServerView> {
  const server = parse(serverInput, input)
  demand(actor, 'configure', null)
  const key = makeSshKey(`fairlead-${slugOf(server.name)}`)
  return change(
    ctx,
    actor,
    async ({ tx, audit }) => {
      if (server.jumpId !== null) {
        await lockPlaces(tx)
        await refuseWay(tx, server.jumpId, null)
      }
      const row = await store.insertServer(tx, {
        ...server,
        privateKey: ctx.secrets.encrypt(key.privateKey),
        publicKey: key.publicKey,
      })
      await audit('server.add', `server:${row.id}`, null, server)
      return serverView(row)
    },
    nameTaken,
  )
}

/**
 * Another name, other labels, or another way to it; whatever runs there is looked for on the new way. The confirmed host key stays what the server
 * has to present. PanelError: invalid, not_found, forbidden, conflict (name taken).
 */
export async function updateServer(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof serverChange>,
): Promise<ServerView> {
  const { id, ...given } = parse(serverChange, input)
  const { jumpId } = given
  return change(
    ctx,
    actor,
    async ({ tx, audit }) => {
      await lockPlaces(tx)
      await load(tx, actor, id)
      if (jumpId) await refuseWay(tx, jumpId, id)
      const fields = withoutUndefined(given)
      const row = await store.changeServer(tx, id, fields)
      await audit('server.update', `server:${id}`, null, fields)
      return serverView(row)
    },
    nameTaken,
  )
}

const nameTaken = 'There is a server of that name already.'

/** PanelError invalid for a way to `id` (null = a new server) that leads in circles, or through too many. Places are locked. */
async function refuseWay(tx: Reader, jumpId: string, id: string | null): Promise<void> {
  const way = await findWay(tx, jumpId)
  if (way.length === 0) throw invalid('jumpId', 'There is no such server.')
  if (way.some((one) => one.id === id))
    throw invalid('jumpId', `${way[0]!.name} is itself reached through this server.`)
  const jumps = way.length + (id === null ? 0 : await depthBehind(tx, id))
  if (jumps > mostJumps) throw invalid('jumpId', `A server is reached through ${mostJumps} others at most.`)
}

/** The key that the server presents now, to be compared by a person. PanelError: not_found, forbidden, and as `ask`. */
export async function readHostKey(ctx: Context, actor: Actor, input: z.input<typeof byId>): Promise<HostKeyView> {
  const { id } = parse(byId, input)
  await load(ctx.db.prisma, actor, id)
  return hostKeyAnswer.parse(await ask(ctx, 'hostKey', { serverId: id }, { deadlineMs: 20_000 }))
}

/**
 * Pins the key whose fingerprint a person has compared. PanelError: host_key_changed when the server presents another now, conflict when
 * that is the key of another server on which an environment has the same folder.
 */
export async function confirmHostKey(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof hostKeyInput>,
): Promise<ServerView> {
  const { id, fingerprint } = parse(hostKeyInput, input)
  const bare = (text: string): string => text.replace(/=+$/, '')
  const now = await readHostKey(ctx, actor, { id })
  if (bare(now.fingerprint) !== bare(fingerprint))
    throw new PanelError('host_key_changed', `The server presents another key now: ${now.fingerprint}.`, {
      fingerprint: now.fingerprint,
    })
  return change(ctx, actor, async ({ tx, audit }) => {
    await lockPlaces(tx)
    const before = await load(tx, actor, id)
    await refuseSecondName(tx, actor, before, now.hostKey)
    await store.pinHostKey(tx, id, now.hostKey, now.fingerprint)
    await audit('server.trust', `server:${id}`, null, { before: before.fingerprint, after: now.fingerprint })
    return serverView(await load(tx, actor, id))
  })
}

/** Asks the server, line by line, whether it can be deployed to. PanelError: not_found, forbidden, conflict (no host key), as `ask`. */
export async function checkServer(ctx: Context, actor: Actor, input: z.input<typeof checkInput>): Promise<CheckReport> {
  const { id, root } = parse(checkInput, input)
  const server = await load(ctx.db.prisma, actor, id)
  if (server.hostKey === null) throw new PanelError('conflict', 'Confirm the host key of this server first.')
  const { lines } = checkReport.parse(
    await ask(ctx, 'check', { serverId: id, ...(root ? { root } : {}) }, { deadlineMs: 45_000 }),
  )
  const at = new Date()
  return change(ctx, actor, async ({ tx, audit }) => {
    await store.storeCheck(tx, id, { lines, ...(root ? { root } : {}) }, at)
    const report = { lines, verdict: verdictOf(lines), at: at.toISOString() }
    await audit('server.check', `server:${id}`, null, { verdict: report.verdict })
    return report
  })
}

/** Forgets a server that no environment uses and no other server is behind; nothing on it is touched. PanelError: not_found, forbidden, conflict. */
export async function removeServer(ctx: Context, actor: Actor, input: z.input<typeof byId>): Promise<null> {
  const { id } = parse(byId, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    await lockPlaces(tx)
    const server = await load(tx, actor, id)
    const users = server.targets.map(({ environment }) => `${environment.project.name} ${environment.name}`)
    if (users.length > 0) throw new PanelError('conflict', `This server is used by ${users.join(', ')}.`)
    const behind = server.reaches.map(({ name }) => name)
    if (behind.length > 0)
      throw new PanelError('conflict', `${behind.join(', ')} can only be reached through this server.`)
    await store.deleteServer(tx, id)
    await audit('server.remove', `server:${id}`, null, { name: server.name })
    return null
  })
}

/** The server, for those who configure the panel; people with an environment on it know that it exists. */
async function load(reader: Reader, actor: Actor, id: string): Promise<store.ServerWithUses> {
  const server = await store.findServer(reader, id)
  if (!server) throw missing('server')
  if (may(actor, 'configure', null)) return server
  if (!server.targets.some(({ environment }) => sees(actor, environment.projectId))) throw missing('server')
  demand(actor, 'configure', null)
  return server
}
