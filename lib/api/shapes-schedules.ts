// Schedules, as they are shown.
import { z } from 'zod'

const at = z.iso.datetime()

export const scheduleView = z.object({
  id: z.uuid(),
  environmentId: z.uuid(),
  cron: z.string(),
  timeZone: z.string(),
  ref: z.string().nullable().describe('Null = the environment’s branch.'),
  onlyNew: z.boolean(),
  nextAt: at,
  last: z
    .object({ at, words: z.string(), deploymentId: z.string().nullable() })
    .nullable()
    .describe('What came of its last time; `deploymentId` is of the last run that it began, if any.'),
  createdBy: z.string(),
  createdAt: at,
})
export type ScheduleView = z.infer<typeof scheduleView>
