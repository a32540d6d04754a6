// What happened, as append-only facts. A row is (deployment, seq, type, data); `parseEvent` is the only way in and out.
// Page, CLI, recovery and history fold the same list with the same reducer (reducer.ts).
import { z } from 'zod'
import { failureCodes } from './types.ts'

const segment = z.string()
const step = z.number().int().positive()
const failure = z.object({
  code: z.enum(failureCodes),
  server: z.string().optional(),
  step: z.string().optional(),
  exit: z.number().int().nullable().optional(),
  message: z.string(),
})

/** Every type of event and the shape of its data. Server times (`at`) are epoch ms by the server's clock, as its journal says. */
export const eventSchemas = {
  requested: z.object({
    by: z.string(),
    kind: z.enum(['deploy', 'activate', 'configure', 'remove']),
    source: z.unknown(),
  }),
  claimed: z.object({ worker: z.string(), attempt: z.number().int(), epoch: z.string() }),
  resolved: z.object({ revision: z.string(), subject: z.string(), author: z.string(), ref: z.string() }),
  planned: z.object({ planHash: z.string(), release: z.string() }),
  'segment.sent': z.object({ segment, targetId: z.string(), server: z.string() }),
  'segment.started': z.object({ segment, at: z.number() }),
  /** We lost sight of the server and are looking for it; `targetId` and `server` when nothing of the segment was sent yet. */
  'segment.looking': z.object({
    segment,
    targetId: z.string().optional(),
    server: z.string().optional(),
    reason: z.string(),
    lastSeenAt: z.string(),
  }),
  'segment.attached': z.object({ segment }),
  'step.began': z.object({ segment, step, at: z.number() }),
  'step.fact': z.object({ segment, step, key: z.string(), value: z.string() }),
  'step.ended': z.object({
    segment,
    step,
    outcome: z.enum(['ok', 'failed', 'timed_out', 'cancelled', 'output_limit', 'not_killed', 'skipped', 'lost']),
    exit: z.number().int().nullable(),
    size: z.number(),
    at: z.number(),
  }),
  /** The rename on the server (single target) or the commit row (several; `segment` is the first that switches) has happened. */
  committed: z.object({ segment, release: z.string(), at: z.number() }),
  'segment.ended': z.object({
    segment,
    outcome: z.enum(['ok', 'failed', 'cancelled', 'not_killed', 'lost']),
    at: z.number(),
  }),
  'log.verified': z.object({ segment, step, bytes: z.number(), ok: z.boolean() }),
  /** Of several targets: `current` there names `release` now (null = nothing). */
  switched: z.object({ segment, targetId: z.string(), release: z.string().nullable(), at: z.number() }),
  /** Of several targets: this one does not go on; nothing of `segment` is running there. */
  'target.failed': z.object({ segment, targetId: z.string(), failure }),
  /** Of several targets: these are next. `until`: no more of them before then (null = before a person says so). */
  'batch.began': z.object({ batch: step, targetIds: z.array(z.string()) }),
  'batch.waiting': z.object({ batch: step, until: z.string().nullable() }),
  /** The panel asks by itself whether a target is ready; `message` and `answer` (the last one) without secrets. */
  'readiness.began': z.object({ targetId: z.string(), name: z.string() }),
  'readiness.ended': z.object({
    targetId: z.string(),
    name: z.string(),
    ok: z.boolean(),
    tries: z.number().int(),
    message: z.string(),
    answer: z.string(),
  }),
  /** A person has seen the first server, and lets the others follow. */
  continued: z.object({ by: z.string() }),
  /** `keep`: what has taken effect stays (true) or is put back (false), whatever is usual; absent where nobody said. */
  'cancel.requested': z.object({ by: z.string(), keep: z.boolean().optional() }),
  /** A person no longer waits for a server that can't be reached: what happened there stays unknown. */
  'given.up': z.object({ by: z.string(), targetId: z.string().optional() }),
  'undo.began': z.object({ segment, release: z.string().nullable(), why: z.string() }),
  note: z.object({
    level: z.enum(['note', 'warning', 'error']),
    code: z.string(),
    message: z.string(),
    hint: z.string().optional(),
  }),
  finished: z.object({
    status: z.enum(['succeeded', 'failed', 'cancelled', 'superseded']),
    failure: failure.nullable(),
  }),
} as const

type EventType = keyof typeof eventSchemas
export type EventData<T extends EventType> = z.infer<(typeof eventSchemas)[T]>
export type NewEvent = { [T in EventType]: { type: T; data: EventData<T> } }[EventType]
export type DeploymentEvent = NewEvent & { seq: number; at: string }

/** Throws ZodError: a row that doesn't fit is a bug or a newer schema, never skipped silently. */
export function parseEvent(row: { seq: number; at: Date | string; type: string; data: unknown }): DeploymentEvent {
  const schema = eventSchemas[row.type as EventType] as z.ZodType | undefined
  if (!schema) throw new Error(`event ${row.seq} has the unknown type ${row.type}`)
  const at = typeof row.at === 'string' ? row.at : row.at.toISOString()
  return { seq: row.seq, at, type: row.type, data: schema.parse(row.data) } as DeploymentEvent
}
