// Which of several servers a hook of the panel runs on, in the API and as code.
import { z } from 'zod'
import type { HookPlace } from '@/lib/deploy/types.ts'

const labels = z.array(z.string().min(1).max(30)).min(1, 'Name a label.').max(20)
const most = 200

/** `servers` are named by their ids; a server has to have one of the `labels`. */
export const hookPlace = z
  .discriminatedUnion('on', [
    z.strictObject({ on: z.literal('all') }),
    z.strictObject({ on: z.literal('once') }),
    z.strictObject({ on: z.literal('servers'), serverIds: z.array(z.uuid()).min(1, 'Choose a server.').max(most) }),
    z.strictObject({ on: z.literal('labels'), labels }),
  ])
  .meta({ id: 'HookPlace' }) satisfies z.ZodType<HookPlace>

/** As it is written in YAML: servers by their names; none is what is left of a place whose servers have gone. */
export const placeAsCode = z.union(
  [
    z.enum(['all', 'once']),
    z.strictObject({ servers: z.array(z.string().min(1)).max(most) }),
    z.strictObject({ labels }),
  ],
  { error: 'Write all, once, {servers: [web1]} or {labels: [web]}.' },
)
export type PlaceAsCode = z.output<typeof placeAsCode>
