// Channels, and their messages as people read them.
import type { Prisma } from './generated/client.ts'
import type { Reader } from './reader.ts'

const shown = {
  id: true,
  projectId: true,
  name: true,
  kind: true,
  shown: true,
  events: true,
  environmentIds: true,
  createdBy: true,
  createdAt: true,
} as const
export type ChannelRow = Prisma.ChannelGetPayload<{ select: typeof shown }>

const withPlace = {
  include: {
    channel: { select: { id: true, projectId: true, name: true, kind: true } },
    deployment: { select: { id: true, number: true, environmentId: true } },
  },
} as const
export type MessageRow = Prisma.MessageGetPayload<typeof withPlace>

/** Oldest first. */
export function findChannels(reader: Reader, projectId: string): Promise<ChannelRow[]> {
  return reader.channel.findMany({
    where: { projectId },
    select: shown,
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  })
}

export function findChannel(reader: Reader, id: string): Promise<ChannelRow | null> {
  return reader.channel.findUnique({ where: { id }, select: shown })
}

type Written = { name: string; kind: string; config: Uint8Array<ArrayBuffer>; shown: string }
type Told = { events: string[]; environmentIds: string[] }

export function insertChannel(
  reader: Reader,
  channel: Written & Told & { projectId: string; createdBy: string },
): Promise<ChannelRow> {
  return reader.channel.create({ data: channel, select: shown })
}

export function changeChannel(reader: Reader, id: string, next: Partial<Written & Told>): Promise<ChannelRow> {
  return reader.channel.update({ where: { id }, data: next, select: shown })
}

export async function deleteChannel(reader: Reader, id: string): Promise<void> {
  await reader.channel.delete({ where: { id } })
}

/** For an environment that goes: who was told of it alone is told of nothing from then on, not of all others. */
export async function leaveOutEnvironment(reader: Reader, environmentId: string): Promise<void> {
  await reader.$executeRaw`
    UPDATE "Channel" SET "environmentIds" = array_remove("environmentIds", ${environmentId}),
      "events" = CASE WHEN "environmentIds" <@ ARRAY[${environmentId}]::text[] THEN '{}' ELSE "events" END
    WHERE ${environmentId} = ANY ("environmentIds")`
}

/** How many of these environments are the project's. */
export function countEnvironments(reader: Reader, projectId: string, ids: string[]): Promise<number> {
  return reader.environment.count({ where: { projectId, id: { in: ids } } })
}

export function findMessages(
  reader: Reader,
  where: { projectId: string; channelId?: string },
  before: bigint | null,
  limit: number,
): Promise<MessageRow[]> {
  const { projectId, channelId } = where
  return reader.message.findMany({
    where: {
      channel: { projectId },
      ...(channelId === undefined ? {} : { channelId }),
      ...(before === null ? {} : { id: { lt: before } }),
    },
    orderBy: { id: 'desc' },
    take: limit,
    ...withPlace,
  })
}

export function findMessage(reader: Reader, id: bigint): Promise<MessageRow | null> {
  return reader.message.findUnique({ where: { id }, ...withPlace })
}

/**
 * Its tests: how many are being sent at this moment, and how many were written within the last hour. Nobody else writes one until the
 * transaction ends.
 */
export async function countTests(reader: Reader, channelId: string): Promise<{ underWay: number; lately: number }> {
  await reader.$executeRaw`SELECT 1 FROM "Channel" WHERE "id" = ${channelId} FOR NO KEY UPDATE`
  const [counts] = await reader.$queryRaw<{ underWay: number; lately: number }[]>`
    SELECT (count(*) FILTER (WHERE "state" = 'waiting' AND "leaseUntil" >= clock_timestamp()))::int AS "underWay",
      (count(*) FILTER (WHERE "createdAt" > clock_timestamp() - interval '1 hour'))::int AS "lately"
    FROM "Message" WHERE "channelId" = ${channelId} AND "event" = 'test'`
  return counts ?? { underWay: 0, lately: 0 }
}

/** Takes the place of one that waits, maybe for hours, as that one failed. Workers hear of it once the transaction commits. */
export async function insertTest(reader: Reader, channelId: string): Promise<MessageRow> {
  await reader.$executeRaw`
    UPDATE "Message" SET "state" = 'dropped', "leaseUntil" = NULL, "answer" = 'A newer test took its place.'
    WHERE "channelId" = ${channelId} AND "event" = 'test' AND "state" = 'waiting'
      AND ("leaseUntil" IS NULL OR "leaseUntil" < clock_timestamp())`
  const row = await reader.message.create({ data: { channelId, event: 'test' }, ...withPlace })
  await wakeWorkers(reader)
  return row
}

/** It is due now. What waits keeps its tries; what is being sent at this moment goes on. */
export async function makeDue(reader: Reader, id: bigint): Promise<void> {
  await reader.message.updateMany({
    where: { id, state: { not: 'waiting' } },
    data: { state: 'waiting', attempts: 0, leaseUntil: null, sentAt: null },
  })
  await reader.$executeRaw`UPDATE "Message" SET "dueAt" = clock_timestamp() WHERE "id" = ${id}`
  await wakeWorkers(reader)
}

/** What waits of a channel is due now, as it may be reached by now; what is being sent at this moment goes on. */
export async function makeAllDue(reader: Reader, channelId: string): Promise<void> {
  await reader.$executeRaw`
    UPDATE "Message" SET "dueAt" = clock_timestamp() WHERE "channelId" = ${channelId} AND "state" = 'waiting'`
  await wakeWorkers(reader)
}

async function wakeWorkers(reader: Reader): Promise<void> {
  await reader.$executeRaw`SELECT pg_notify('fairlead_message', '')`
}
