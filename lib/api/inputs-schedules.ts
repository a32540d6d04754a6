// Schedules: when an environment is deployed by itself, and what.
import { z } from 'zod'
import { cronExpression, timeZone } from '../spec/schedule.ts'
import { refText } from './grammar.ts'
import { byEnvironment, byId } from './inputs.ts'

export const scheduleFields = {
  cron: cronExpression.describe('Minute, hour, day, month and day of the week, as cron has them: `30 3 * * 1-5`.'),
  timeZone: timeZone.default('UTC').describe('Such as Europe/Berlin.'),
  ref: refText
    .or(z.literal('').transform(() => null))
    .nullable()
    .default(null)
    .describe('A branch, a tag or a commit; null = the environment’s branch.'),
  onlyNew: z
    .boolean()
    .default(true)
    .describe(
      'Nothing is deployed when that commit is live or part of what is; false = it is each time, also in place of something newer.',
    ),
}

export const scheduleInput = byEnvironment.extend(scheduleFields)
/** The whole of it: what is left out is as in a new one. */
export const scheduleChange = byId.extend(scheduleFields)
