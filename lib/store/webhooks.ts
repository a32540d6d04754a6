// Webhooks of projects, and the list of what came in through them.
import type { Delivery, Webhook } from './generated/client.ts'
import type { Reader } from './reader.ts'

const withWebhook = { webhook: { select: { provider: true } } } as const
/** `webhook`: null = Fairlead looked by itself. */
export type DeliveryRow = Delivery & { webhook: { provider: string } | null }
export type WebhookRow = Omit<Webhook, 'secret' | 'previousSecret'> & { lastDelivery: LastDelivery | null }
type LastDelivery = { receivedAt: Date; verdict: string; reason: string; words: string }

const shown = {
  id: true,
  projectId: true,
  provider: true,
  previousUntil: true,
  createdBy: true,
  createdAt: true,
} as const

/** Oldest first. */
export async function findWebhooks(
  reader: Reader,
  where: { projectId: string } | { id: string },
): Promise<WebhookRow[]> {
  const rows = await reader.webhook.findMany({ where, select: shown, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] })
  const last = await lastDeliveries(
    reader,
    rows.map(({ id }) => id),
  )
  return rows.map((row) => ({ ...row, lastDelivery: last.get(row.id) ?? null }))
}

async function lastDeliveries(reader: Reader, ids: string[]): Promise<Map<string, LastDelivery>> {
  if (ids.length === 0) return new Map()
  const rows = await reader.$queryRaw<(LastDelivery & { webhookId: string })[]>`
    SELECT d."webhookId", d."receivedAt", d."verdict", d."reason", d."words" FROM unnest(${ids}::text[]) AS w(id)
    JOIN LATERAL (SELECT * FROM "Delivery" WHERE "webhookId" = w.id ORDER BY "receivedAt" DESC LIMIT 1) d ON true`
  return new Map(rows.map(({ webhookId, ...last }) => [webhookId, last]))
}

/** The project of a webhook, locked until the transaction ends; null = there is no such webhook. */
export async function lockWebhook(reader: Reader, id: string): Promise<string | null> {
  const [row] = await reader.$queryRaw<{ projectId: string }[]>`
    SELECT "projectId" FROM "Webhook" WHERE "id" = ${id} FOR UPDATE`
  return row?.projectId ?? null
}

export function countWebhooks(reader: Reader, projectId: string): Promise<number> {
  return reader.webhook.count({ where: { projectId } })
}

export async function insertWebhook(
  reader: Reader,
  webhook: { projectId: string; provider: string; secret: Uint8Array<ArrayBuffer>; createdBy: string },
): Promise<string> {
  const { id } = await reader.webhook.create({ data: webhook, select: { id: true } })
  return id
}

type Stored = Pick<Webhook, 'secret' | 'previousSecret' | 'previousUntil'>

/** Encrypted. @throws when there is no such webhook: whoever asks has locked it. */
export function findSecrets(reader: Reader, id: string): Promise<Stored> {
  const select = { secret: true, previousSecret: true, previousUntil: true } as const
  return reader.webhook.findUniqueOrThrow({ where: { id }, select })
}

export async function changeSecret(reader: Reader, id: string, next: Stored): Promise<void> {
  await reader.webhook.update({ where: { id }, data: next, select: { id: true } })
}

export async function deleteWebhook(reader: Reader, id: string): Promise<void> {
  await reader.webhook.delete({ where: { id } })
}

/** Newest first, those before the delivery `cursor`; null = that is gone. */
export async function findDeliveries(
  reader: Reader,
  where: { projectId: string; webhookId?: string },
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<DeliveryRow[] | null> {
  if (cursor !== undefined && (await reader.delivery.count({ where: { ...where, id: cursor } })) === 0) return null
  return reader.delivery.findMany({
    where,
    include: withWebhook,
    orderBy: [{ receivedAt: 'desc' }, { id: 'desc' }],
    take: limit,
    ...(cursor === undefined ? {} : { cursor: { id: cursor }, skip: 1 }),
  })
}

export function findDelivery(reader: Reader, id: string): Promise<DeliveryRow | null> {
  return reader.delivery.findUnique({ where: { id }, include: withWebhook })
}

/** It is a new one for the workers, who are told when the transaction ends. Null = one of them is at it, or it is gone. */
export async function takeUpAgain(reader: Reader, id: string, againBy: string): Promise<DeliveryRow | null> {
  const [row] = await reader.delivery.updateManyAndReturn({
    where: { id, OR: [{ leaseUntil: null }, { leaseUntil: { lt: new Date() } }] },
    data: { state: 'waiting', attempts: 0, dueAt: new Date(0), handledAt: null, againBy },
    include: withWebhook,
  })
  if (!row) return null
  await reader.$executeRaw`SELECT pg_notify('fairlead_push', ${id})`
  return row
}
