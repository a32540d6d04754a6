// What this program reads of the panel's answers; fields that it doesn't use pass through to --json untouched.
import { z } from 'zod'

export const environment = z.looseObject({
  id: z.string(),
  slug: z.string(),
  projectSlug: z.string(),
  branch: z.string(),
  live: z.looseObject({ number: z.number(), revision: z.string(), subject: z.string() }).nullable(),
  running: z.looseObject({ number: z.number(), status: z.string() }).nullable(),
  targets: z
    .array(
      z.looseObject({
        server: z.string(),
        liveRelease: z.string().nullable(),
        liveNumber: z.number().nullable().default(null),
        unknownSince: z.string().nullable().default(null),
        unknownWhy: z.string().nullable().default(null),
      }),
    )
    .default([]),
})
export type Environment = z.infer<typeof environment>

export const deployment = z.looseObject({
  id: z.string(),
  number: z.number(),
  kind: z.string(),
  source: z.union([
    z.object({ type: z.literal('git'), ref: z.string() }),
    z.object({ type: z.enum(['release', 'variables', 'files']), number: z.number() }),
    z.object({ type: z.literal('leave') }),
  ]),
  /** Empty = all of the environment. */
  servers: z.array(z.string()).default([]),
  status: z.string(),
  revision: z.string().nullable(),
  release: z.looseObject({ number: z.number(), name: z.string(), subject: z.string() }).nullable(),
  failure: z.looseObject({ code: z.string(), message: z.string(), step: z.string().optional() }).nullable(),
  requestedByName: z.string(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
})
export type Deployment = z.infer<typeof deployment>

export const detail = deployment.extend({
  steps: z.array(
    z.looseObject({ segment: z.string(), n: z.number(), name: z.string(), server: z.string().default('') }),
  ),
  /** Of several servers. */
  fleet: z
    .object({
      targets: z.array(z.object({ targetId: z.string(), server: z.string(), live: z.string().nullable() })),
      batches: z.array(z.array(z.string())),
      numbers: z.record(z.string(), z.number()),
    })
    .nullable()
    .default(null),
})
export type Detail = z.infer<typeof detail>

export const release = z.looseObject({
  number: z.number(),
  revision: z.string(),
  ref: z.string(),
  subject: z.string(),
  state: z.string(),
  isLive: z.boolean(),
  createdAt: z.string(),
})
export type Release = z.infer<typeof release>

export const chunk = z.looseObject({ segment: z.string(), step: z.number(), text: z.string() })
/** Of all events only these two say something that the log doesn't. */
export const stepEnded = z.object({
  type: z.literal('step.ended'),
  data: z.object({ segment: z.string(), step: z.number(), outcome: z.string(), exit: z.number().nullable() }),
})
export const note = z.object({ type: z.literal('note'), data: z.object({ level: z.string(), message: z.string() }) })
