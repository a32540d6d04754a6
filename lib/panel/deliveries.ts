// What Git hosts told, and what came of it: listed, and looked at once more for whoever asks.
import type { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import { deliveryKey, deliveryPage } from '@/lib/api/inputs-webhooks.ts'
import { goneCursor } from '@/lib/api/page.ts'
import { deliveryView, type DeliveryView } from '@/lib/api/shapes-webhooks.ts'
import { PanelError } from '@/lib/errors.ts'
import * as store from '@/lib/store/webhooks.ts'
import { change, missing, parse } from './act.ts'
import type { Context } from './context.ts'
import { demandOf, demandProject } from './seen.ts'

/** Newest first; `cursor` is the id of the last one before. PanelError: invalid (also when that is gone), not_found. */
export async function listDeliveries(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof deliveryPage>,
): Promise<{ items: DeliveryView[]; next: string | null }> {
  const { projectId, webhookId, cursor, limit } = parse(deliveryPage, input)
  const { prisma } = ctx.db
  await demandProject(prisma, actor, 'view', projectId)
  const where = { projectId, ...(webhookId === undefined ? {} : { webhookId }) }
  const rows = await store.findDeliveries(prisma, where, { cursor, limit: limit + 1 })
  if (!rows) throw goneCursor()
  const items = rows.slice(0, limit).map(view)
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
}

/**
 * As if it had just come in; also for a look of Fairlead's own, as there is nothing else where no Git host tells.
 * PanelError: invalid, not_found, forbidden, conflict (it told of nothing that could be deployed; a worker is at it).
 */
export async function redeliver(ctx: Context, actor: Actor, input: z.input<typeof deliveryKey>): Promise<DeliveryView> {
  const { id } = parse(deliveryKey, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    const row = await store.findDelivery(tx, id)
    if (!row) throw missing('delivery')
    demandOf('delivery', actor, 'deploy', row.projectId)
    if (row.verdict !== 'accepted' || row.told === null)
      throw new PanelError('conflict', 'This delivery told of nothing that could be deployed.')
    const again = await store.takeUpAgain(tx, id, actor.name)
    if (!again) throw new PanelError('conflict', 'This delivery is being looked at.')
    await audit('delivery.again', `delivery:${id}`, row.projectId, { event: row.event })
    return view(again)
  })
}

function view(row: store.DeliveryRow): DeliveryView {
  return deliveryView.parse({
    ...row,
    provider: row.webhook?.provider ?? null,
    receivedAt: row.receivedAt.toISOString(),
    handledAt: row.handledAt?.toISOString() ?? null,
  })
}
