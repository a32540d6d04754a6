// Windows in which nothing is deployed: once, or again and again from the times of a cron expression on.
import { Cron } from 'croner'
import { z } from 'zod'
import { timeZone } from './schedule.ts'

/** Each week. */
export const weekly = z.strictObject({
  kind: z.literal('weekly'),
  /** 0 = Sunday. */
  day: z.number().int().min(0).max(6),
  /** `16:00` in `timeZone`. */
  at: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Write a time as 16:00.'),
  /** At most a week, less an hour. */
  hours: z.number().int().min(1).max(167),
  timeZone,
})

export const freezeWindow = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('once'),
      from: z.iso.datetime({ offset: true }),
      until: z.iso.datetime({ offset: true }),
    })
    .refine(({ from, until }) => Date.parse(from) < Date.parse(until), {
      path: ['until'],
      message: 'It ends before it begins.',
    }),
  weekly,
])
export type FreezeWindow = z.infer<typeof freezeWindow>

/** When the window that `now` lies in ends; null = it lies in none. */
export function frozenUntil(window: FreezeWindow, now: Date): Date | null {
  if (window.kind === 'once') {
    const until = new Date(window.until)
    return new Date(window.from) <= now && now < until ? until : null
  }
  const lengthMs = window.hours * 3_600_000
  const [hour, minute] = window.at.split(':').map(Number)
  const begun = new Cron(`${minute} ${hour} * * ${window.day}`, { timezone: window.timeZone }).nextRun(
    new Date(now.getTime() - lengthMs),
  )
  return begun !== null && begun <= now ? new Date(begun.getTime() + lengthMs) : null
}

/** Of those that are given the one that counts at `now`: of several the one that ends last. Null = nothing is frozen. */
export function freezeAt(
  freezes: readonly { reason: string; window: unknown }[],
  now: Date,
): { reason: string; until: Date } | null {
  const lasting = freezes.flatMap(({ reason, window }) => {
    const until = frozenUntil(freezeWindow.parse(window), now)
    return until ? [{ reason, until }] : []
  })
  return lasting.sort((one, other) => other.until.getTime() - one.until.getTime())[0] ?? null
}
