// What was told of deployments, or is to be: newest first, to be sent again where it didn't arrive.
import type { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import { byMessage, messagePage } from '@/lib/api/inputs-channels.ts'
import { messageView, type MessageView } from '@/lib/api/shapes-channels.ts'
import * as store from '@/lib/store/channels.ts'
import { change, invalid, missing, parse } from './act.ts'
import type { Context } from './context.ts'
import { demandOf, demandProject } from './seen.ts'

/** Of a project or of one channel. PanelError: invalid, not_found. */
export async function listMessages(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof messagePage>,
): Promise<{ items: MessageView[]; next: string | null }> {
  const { projectId, channelId, cursor, limit } = parse(messagePage, input)
  const { prisma } = ctx.db
  let of = projectId
  if (channelId !== undefined) {
    const channel = await store.findChannel(prisma, channelId)
    if (!channel || (projectId ?? channel.projectId) !== channel.projectId) throw missing('channel')
    of = demandOf('channel', actor, 'view', channel.projectId)
  } else if (of !== undefined) await demandProject(prisma, actor, 'view', of)
  else throw invalid('projectId', 'Name a project or a channel.')
  const where = { projectId: of, ...(channelId === undefined ? {} : { channelId }) }
  const rows = await store.findMessages(prisma, where, cursor === undefined ? null : BigInt(cursor), limit + 1)
  const items = rows.slice(0, limit).map(messageViewOf)
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
}

/** PanelError: invalid, not_found, forbidden. */
export async function sendAgain(ctx: Context, actor: Actor, input: z.input<typeof byMessage>): Promise<MessageView> {
  const id = BigInt(parse(byMessage, input).id)
  return change(ctx, actor, async ({ tx, audit }) => {
    const row = await store.findMessage(tx, id)
    if (!row) throw missing('message')
    const { id: channelId, name } = row.channel
    const projectId = demandOf('message', actor, 'configure', row.channel.projectId)
    await store.makeDue(tx, id)
    await audit('message.again', `channel:${channelId}`, projectId, { name, event: row.event, message: String(id) })
    const now = await store.findMessage(tx, id)
    if (!now) throw missing('message')
    return messageViewOf(now)
  })
}

export function messageViewOf(row: store.MessageRow): MessageView {
  const { id, channel, event, deployment, state, attempts, answer, dueAt, createdAt, sentAt } = row
  return messageView.parse({
    id: String(id),
    channel: { id: channel.id, name: channel.name, kind: channel.kind },
    event,
    deployment,
    state,
    attempts,
    dueAt: state === 'waiting' ? dueAt.toISOString() : null,
    answer,
    createdAt: createdAt.toISOString(),
    sentAt: sentAt?.toISOString() ?? null,
  })
}
