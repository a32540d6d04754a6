// What happened in a deployment, and what its steps wrote: read page by page, or streamed whole.
import { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import { eventsInput } from '@/lib/api/inputs.ts'
import { logAt, logInput, rawLogInput } from '@/lib/api/inputs-log.ts'
import type { LogChunkView } from '@/lib/api/shapes.ts'
import type { DeploymentEvent } from '@/lib/deploy/events.ts'
import type { Plan } from '@/lib/deploy/types.ts'
import { PanelError } from '@/lib/errors.ts'
import { readEvents as readStoredEvents } from '@/lib/store/events.ts'
import { findPlan } from '@/lib/store/history.ts'
import { readChunks } from '@/lib/store/logs.ts'
import { parse } from './act.ts'
import type { Context } from './context.ts'
import { rawLog } from './raw-log.ts'
import { demandDeployment } from './seen.ts'

const eventsAtOnce = 5_000
const anyLog = z.union([logInput, logAt])

/** Events with a `seq` above `after`, oldest first, at most 5,000. PanelError: invalid, not_found, forbidden. */
export async function readEvents(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof eventsInput>,
): Promise<DeploymentEvent[]> {
  const { after, ...key } = parse(eventsInput, input)
  const { id } = await demandDeployment(ctx.db.prisma, actor, 'view', key)
  return readStoredEvents(ctx.db.pool, id, after, eventsAtOnce)
}

/** All events of a deployment that was looked up and authorised already. */
export async function everyEvent(ctx: Context, id: string): Promise<DeploymentEvent[]> {
  const events: DeploymentEvent[] = []
  for (;;) {
    const page = await readStoredEvents(ctx.db.pool, id, events.at(-1)?.seq ?? 0, eventsAtOnce)
    events.push(...page)
    if (page.length < eventsAtOnce) return events
  }
}

/**
 * Chunks of redacted output after the chunk `afterChunk`, in the order in which they were written: of several servers they lie between
 * each other. `server` narrows them down to one. PanelError: invalid (no such server in it), not_found, forbidden.
 */
export async function readLog(ctx: Context, actor: Actor, input: z.input<typeof anyLog>): Promise<LogChunkView[]> {
  const { afterChunk, segment, step, server, limit, ...key } = parse(anyLog, input)
  const { id, environmentId, number } = await demandDeployment(ctx.db.prisma, actor, 'view', key)
  const plan = server === undefined ? null : await findPlan(ctx.db.prisma, environmentId, number)
  const segments = segmentsOn(plan, server)
  const chunks = await readChunks(ctx.db.pool, { deploymentId: id, afterChunk, segment, segments, step, limit })
  return chunks.map(({ bytes, at, ...chunk }) => ({ ...chunk, text: decode(bytes), at: at.toISOString() }))
}

/**
 * The whole redacted log, a heading before each step; of several servers one after the other, or `server` alone.
 * PanelError: invalid (no such server in it), not_found, forbidden.
 */
export async function readRawLog(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof rawLogInput>,
): Promise<ReadableStream<Uint8Array>> {
  const { server, ...key } = parse(rawLogInput, input)
  const { id, environmentId, number } = await demandDeployment(ctx.db.prisma, actor, 'view', key)
  const plan = await findPlan(ctx.db.prisma, environmentId, number)
  return rawLog(ctx, { id, plan }, segmentsOn(plan, server))
}

/** Segments on the server of this name; undefined = all there are. */
function segmentsOn(plan: Plan | null, server: string | undefined): string[] | undefined {
  if (server === undefined) return undefined
  const target = plan?.fleet?.targets.find((one) => one.server === server)
  if (!target) throw new PanelError('invalid', `No server ${server} among several in this deployment.`)
  return plan?.segments.flatMap(({ name, targetId }) => (targetId === target.targetId ? name : []))
}

/** A byte-order mark is kept: it is part of what the step wrote. */
function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}
