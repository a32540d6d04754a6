// The last check of a server as it is kept: its lines, and the root that it was asked for.
import { z } from 'zod'
import { checkReport, type CheckReport } from '@/lib/api/shapes.ts'
import { verdictOf } from '@/lib/deploy/check.ts'

const kept = checkReport.extend({ root: z.string().optional() })

/** Lines with the root that they are about; null when there is none, or one of an older form. */
export function checkedPlace(check: unknown): z.infer<typeof kept> | null {
  return kept.safeParse(check).data ?? null
}

export function checkView(check: unknown, checkedAt: Date | null): CheckReport | null {
  const lines = checkedPlace(check)?.lines
  return lines && checkedAt ? { lines, verdict: verdictOf(lines), at: checkedAt.toISOString() } : null
}
