// Times of a cron expression in a time zone. Five fields, as cron has them; of one time of day, what a change of clocks leaves out comes
// right after it, and what comes twice counts once; of several minutes or hours each counts as often as it comes (croner's rule).
import { Cron } from 'croner'
import { z } from 'zod'

export const timeZone = z.string().max(60).refine(isTimeZone, 'Not a time zone: Europe/Berlin, UTC.')

export const cronExpression = z
  .string()
  .trim()
  .max(100)
  .refine((text) => cronProblem(text) === null, {
    error: ({ input }) => cronProblem(String(input)) ?? 'Not a cron expression.',
  })

/** The first time after `after`; null = there is none any more. @throws what croner says of an expression that isn't one. */
export function nextTime(expression: string, zone: string, after: Date): Date | null {
  return new Cron(expression, { timezone: zone }).nextRun(after)
}

function cronProblem(text: string): string | null {
  if (text.split(/\s+/).length !== 5) return 'Write five fields: minute, hour, day, month, day of the week.'
  try {
    return new Cron(text).nextRun(new Date(0)) === null ? 'This time never comes.' : null
  } catch (error) {
    return inWords(error instanceof Error ? error.message : String(error))
  }
}

/** croner's own words, without what only programmers need. */
function inWords(message: string): string {
  const text = message.replace(/^CronPattern: (Syntax error, )?/, '').replace(/^configuration entry/, 'field')
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
