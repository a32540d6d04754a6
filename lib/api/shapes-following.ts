// What an environment follows by itself, as it is shown.
import { z } from 'zod'
import { triggers } from '../spec/triggers.ts'

const at = z.iso.datetime()

export const followingView = z.object({
  triggers,
  last: z
    .object({ ref: z.string(), commit: z.string(), at })
    .nullable()
    .describe('The newest commit that was deployed by itself, whatever came of it.'),
  held: z
    .object({ by: z.string(), at, why: z.string() })
    .nullable()
    .describe(
      'Nothing is deployed by itself since somebody put an older release back, or wanted to: by pushes, schedules, or CI with `unlessOlder`.',
    ),
  waiting: z
    .object({ kind: z.enum(['branch', 'tag']), name: z.string(), commit: z.string(), words: z.string(), since: at })
    .nullable()
    .describe('What would be deployed, and what it waits for.'),
})
export type FollowingView = z.infer<typeof followingView>
