// What of an error a person gets to see: a PanelError as it is, a schema's complaint field by field, and for our own faults
// a sentence and a number that is also in the panel's log.
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { PanelError, type ErrorCode, type ErrorDetails } from '@/lib/errors.ts'
import { isDatabaseAway } from '@/lib/panel/away.ts'

export type Refusal = { code: ErrorCode; message: string; details: ErrorDetails }

/** Never throws; anything that isn't for people is written to the log with its cause. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof PanelError) return { code: error.code, message: error.message, details: error.details }
  if (error instanceof z.ZodError) {
    const problems = error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }))
    return { code: 'invalid', message: 'Some of this can’t be used.', details: { problems } }
  }
  if (isDatabaseAway(error))
    return {
      code: 'unavailable',
      message: 'The panel’s database does not answer at the moment. Try again in a few seconds.',
      details: {},
    }
  const report = randomUUID().slice(0, 8)
  console.error(`internal error ${report}`, error)
  return {
    code: 'internal',
    message: `The panel itself made a mistake, and nothing was changed as far as it knows. Its log has the cause under ${report}.`,
    details: {},
  }
}
