// Who is told of a project's deployments. What a channel needs to be reached is kept encrypted and never given back.
import type { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import { channelChange, channelInput, channelPage, type ChannelConfig } from '@/lib/api/inputs-channels.ts'
import { byId } from '@/lib/api/inputs.ts'
import { channelView, type ChannelView, type MessageView } from '@/lib/api/shapes-channels.ts'
import { PanelError } from '@/lib/errors.ts'
import * as store from '@/lib/store/channels.ts'
import type { Reader } from '@/lib/store/reader.ts'
import { change, invalid, missing, parse, withoutUndefined } from './act.ts'
import type { Context } from './context.ts'
import { messageViewOf } from './messages.ts'
import { demandOf, demandProject } from './seen.ts'

const listInput = channelPage.pick({ projectId: true })
const mostChannels = 50
const testsAnHour = 10

/** Oldest first. PanelError: invalid, not_found. */
export async function listChannels(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof listInput>,
): Promise<ChannelView[]> {
  const { projectId } = parse(listInput, input)
  await demandProject(ctx.db.prisma, actor, 'view', projectId)
  return (await store.findChannels(ctx.db.prisma, projectId)).map(view)
}

/** PanelError: invalid, not_found, forbidden, conflict (too many). */
export async function createChannel(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof channelInput>,
): Promise<ChannelView> {
  const { projectId, name, config, events, environmentIds } = parse(channelInput, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    await demandProject(tx, actor, 'configure', projectId)
    if ((await store.findChannels(tx, projectId)).length >= mostChannels)
      throw new PanelError('conflict', `A project has at most ${mostChannels} channels.`)
    await demandOwn(tx, projectId, environmentIds)
    const row = await store.insertChannel(tx, {
      projectId,
      name,
      events,
      environmentIds,
      createdBy: actor.name,
      ...written(ctx, config),
    })
    const { kind, shown } = row
    await audit('channel.create', `channel:${row.id}`, projectId, { name, kind, shown, events, environmentIds })
    return view(row)
  })
}

/** With another configuration what waits is sent at once. PanelError: invalid (also another kind), not_found, forbidden. */
export async function updateChannel(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof channelChange>,
): Promise<ChannelView> {
  const { id, config, ...wanted } = parse(channelChange, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    const { projectId, kind } = await load(tx, actor, id)
    if (config && config.kind !== kind) throw invalid('config.kind', 'A channel keeps its kind. Make another one.')
    if (wanted.environmentIds) await demandOwn(tx, projectId, wanted.environmentIds)
    const row = await store.changeChannel(tx, id, {
      ...withoutUndefined(wanted),
      ...(config ? written(ctx, config) : {}),
    })
    if (config) await store.makeAllDue(tx, id)
    const { name, shown, events, environmentIds } = row
    await audit('channel.update', `channel:${id}`, projectId, {
      name,
      shown,
      events,
      environmentIds,
      config: config !== undefined,
    })
    return view(row)
  })
}

/** Its messages go, too. PanelError: not_found, forbidden. */
export async function removeChannel(ctx: Context, actor: Actor, input: z.input<typeof byId>): Promise<null> {
  const { id } = parse(byId, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    const { projectId, name, kind, shown } = await load(tx, actor, id)
    await store.deleteChannel(tx, id)
    await audit('channel.remove', `channel:${id}`, projectId, { name, kind, shown })
    return null
  })
}

/**
 * A message that a worker sends at once, instead of a test that failed and waits; what became of it is in the list. PanelError: not_found,
 * forbidden, too_many.
 */
export async function testChannel(ctx: Context, actor: Actor, input: z.input<typeof byId>): Promise<MessageView> {
  const { id } = parse(byId, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    const { projectId, name } = await load(tx, actor, id)
    const { underWay, lately } = await store.countTests(tx, id)
    if (underWay > 0) throw new PanelError('too_many', 'A test is being sent. The list says what becomes of it.')
    if (lately >= testsAnHour)
      throw new PanelError('too_many', `A channel is tested at most ${testsAnHour} times an hour.`)
    const message = await store.insertTest(tx, id)
    await audit('channel.test', `channel:${id}`, projectId, { name })
    return messageViewOf(message)
  })
}

async function load(reader: Reader, actor: Actor, id: string): Promise<store.ChannelRow> {
  const row = await store.findChannel(reader, id)
  if (!row) throw missing('channel')
  demandOf('channel', actor, 'configure', row.projectId)
  return row
}

async function demandOwn(reader: Reader, projectId: string, environmentIds: string[]): Promise<void> {
  if ((await store.countEnvironments(reader, projectId, environmentIds)) !== environmentIds.length)
    throw invalid('environmentIds', 'One of these environments isn’t the project’s.')
}

function written(ctx: Context, config: ChannelConfig) {
  return { kind: config.kind, config: ctx.secrets.encrypt(JSON.stringify(config)), shown: shownOf(config) }
}

/** Addresses of chats are secrets but for their host. */
function shownOf(config: ChannelConfig): string {
  if (config.kind === 'email') return config.to.join(', ')
  if ('url' in config) return new URL(config.url).host
  return `${config.repository} (${new URL(config.apiUrl).host})`
}

function view({ createdAt, ...row }: store.ChannelRow): ChannelView {
  return channelView.parse({ ...row, createdAt: createdAt.toISOString() })
}
