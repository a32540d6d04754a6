// What an environment follows by itself: one JSON value in the database, in the API and in YAML. Nothing, unless somebody says so.
import { z } from 'zod'
import { PanelError } from '../errors.ts'

/** A name, a glob (`release/*`, `**` crosses slashes), or `/a regular expression/` of RE2: matched against the whole name. */
const pattern = z.string().trim().min(1, 'Write a pattern.').max(200)

export const triggers = z.strictObject({
  /** Whether pushes are followed at all. */
  isOn: z.boolean().default(false),
  /** Asked first; the first that matches wins. */
  tags: z.array(pattern).max(50).default([]),
  /** [] = the environment's own branch, unless there are tags. */
  branches: z.array(pattern).max(50).default([]),
  /** Something of these has to have changed since the live release; [] = anything. `!` in front takes out again. */
  paths: z.array(pattern).max(30).default([]),
  /** Names of checks that have to have passed. */
  checks: z.array(z.string().trim().min(1).max(200)).max(20).default([]),
  /** A newer push ends what an older one has begun, never two in a row. */
  cancelRunning: z.boolean().default(false),
  /** Looks at the repository every so many minutes, for hosts that can't tell; null = it doesn't. */
  pollMinutes: z.number().int().min(1).max(1_440).nullable().default(null),
})
export type Triggers = z.infer<typeof triggers>

/** Of a row. @throws PanelError internal: nobody else writes there. */
export function readTriggers(value: unknown): Triggers {
  const parsed = triggers.safeParse(value)
  if (!parsed.success) throw new PanelError('internal', 'What the environment follows can’t be read.')
  return parsed.data
}
