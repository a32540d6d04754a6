// Environments that are held: nothing is deployed to them until somebody lifts that, or the time is over.
import type { Reader } from './reader.ts'

/** `by` is a name; `until` null = until it is lifted. */
export type Hold = { reason: string; by: string; at: Date; until: Date | null }
type HoldColumns = { holdReason: string | null; holdBy: string | null; holdAt: Date | null; holdUntil: Date | null }

/** The hold of a row that counts at `now`. */
export function holdOf({ holdReason, holdBy, holdAt, holdUntil }: HoldColumns, now: Date): Hold | null {
  if (holdReason === null || holdBy === null || holdAt === null) return null
  return holdUntil !== null && holdUntil <= now
    ? null
    : { reason: holdReason, by: holdBy, at: holdAt, until: holdUntil }
}

/** null lifts it. */
export async function storeHold(reader: Reader, environmentId: string, hold: Hold | null): Promise<void> {
  await reader.environment.update({
    where: { id: environmentId },
    data: {
      holdReason: hold?.reason ?? null,
      holdBy: hold?.by ?? null,
      holdAt: hold?.at ?? null,
      holdUntil: hold?.until ?? null,
    },
  })
}
