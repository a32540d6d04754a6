// Drift as the API says it: what is on each server held against what was deployed there.
import { z } from 'zod'

const fileDifference = z.object({
  path: z.string(),
  change: z.enum(['added', 'removed', 'content', 'mode', 'link', 'unreadable']),
})

export const driftReport = z.object({
  /** `unknown`: the server could not be asked; what was seen before is kept. */
  verdict: z.enum(['same', 'differs', 'unknown']),
  release: z.string().nullable(),
  differences: z.array(
    z.object({
      part: z.enum(['current', 'release', 'files', 'variables', 'owner']),
      level: z.enum(['difference', 'note']),
      message: z.string(),
      files: z.array(fileDifference),
    }),
  ),
  /** The folder is another environment's, or another panel's: what differs there can't be repaired. */
  isForeign: z.boolean().default(false),
  why: z.string().nullable(),
})

/** `drift` null = nobody has looked yet. `lacks`: the live release is not live there. */
export const driftView = z.object({
  targetId: z.string(),
  serverId: z.string(),
  server: z.string(),
  lacks: z.boolean(),
  drift: driftReport.nullable(),
  seenAt: z.string().nullable(),
})
export type DriftView = z.infer<typeof driftView>

/** Whether the live release, put there again, mends it. */
export function isRepairable({ lacks, drift }: DriftView): boolean {
  if (drift?.isForeign) return false
  return lacks || drift?.differences.some(({ level }) => level === 'difference') === true
}
