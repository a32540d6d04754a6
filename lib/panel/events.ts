// What happened in a deployment, and what its steps wrote: read page by page, or streamed whole.
import { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import { deploymentKey, eventsInput, logAt, logInput } from '@/lib/api/inputs.ts'
import type { LogChunkView } from '@/lib/api/shapes.ts'
import type { DeploymentEvent } from '@/lib/deploy/events.ts'
import type { Plan } from '@/lib/deploy/types.ts'
import { readEvents as readStoredEvents } from '@/lib/store/events.ts'
import type { DeploymentRow } from '@/lib/store/history.ts'
import { readChunks } from '@/lib/store/logs.ts'
import { parse } from './act.ts'
import type { Context } from './context.ts'
import { planSteps } from './deployment-view.ts'
import { demandDeployment } from './seen.ts'

const eventsAtOnce = 5_000
const chunksAtOnce = 32
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

/** Chunks of redacted output after the chunk `afterChunk`, oldest first. PanelError: invalid, not_found, forbidden. */
export async function readLog(ctx: Context, actor: Actor, input: z.input<typeof anyLog>): Promise<LogChunkView[]> {
  const { afterChunk, segment, step, limit, ...key } = parse(anyLog, input)
  const { id } = await demandDeployment(ctx.db.prisma, actor, 'view', key)
  const chunks = await readChunks(ctx.db.pool, { deploymentId: id, afterChunk, segment, step, limit })
  return chunks.map(({ bytes, at, ...chunk }) => ({ ...chunk, text: decode(bytes), at: at.toISOString() }))
}

/**
 * The whole redacted log, a heading before each step, read from the database as fast as the reader takes it.
 * PanelError: invalid, not_found, forbidden.
 */
export async function readRawLog(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof deploymentKey>,
): Promise<ReadableStream<Uint8Array>> {
  const deployment = await demandDeployment(ctx.db.prisma, actor, 'view', parse(deploymentKey, input))
  return new ReadableStream<Uint8Array>(new RawLog(ctx, deployment), { highWaterMark: 0 })
}

class RawLog {
  private readonly ctx: Context
  private readonly id: string
  private readonly names: Map<string, string>
  private readonly encoder = new TextEncoder()
  private afterChunk = '0'
  private step = ''
  private endsLine = true

  constructor(ctx: Context, deployment: DeploymentRow) {
    this.ctx = ctx
    this.id = deployment.id
    const steps = planSteps(deployment.plan as Plan | null, new Map())
    this.names = new Map(steps.map(({ segment, n, name }) => [`${segment} ${n}`, name]))
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const chunks = await readChunks(this.ctx.db.pool, {
      deploymentId: this.id,
      afterChunk: this.afterChunk,
      limit: chunksAtOnce,
    })
    for (const { id, segment, step, bytes } of chunks) {
      const key = `${segment} ${step}`
      if (key !== this.step) controller.enqueue(this.heading(key))
      controller.enqueue(bytes)
      this.step = key
      this.afterChunk = id
      this.endsLine = bytes.at(-1) === 0x0a
    }
    if (chunks.length < chunksAtOnce) controller.close()
  }

  private heading(key: string): Uint8Array {
    return this.encoder.encode(`${this.endsLine ? '' : '\n'}==> ${key} ${this.names.get(key) ?? ''}`.trimEnd() + '\n')
  }
}

/** A byte-order mark is kept: it is part of what the step wrote. */
function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}
