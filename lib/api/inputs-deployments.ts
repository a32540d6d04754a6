// Inputs of what people wish of a deployment that is under way.
import { z } from 'zod'
import { deploymentAt } from './inputs.ts'

const id = z.uuid('Not an id.')
/** Of several servers the one that nobody waits for any longer. */
const given = { targetId: id.optional() }

/** What becomes of a change that has taken effect already. */
const ending = {
  keep: z
    .boolean()
    .optional()
    .describe(
      'After the switch: true keeps the new release where it is live, false puts the one before back. Else the strategy of several servers decides; one server gets it back.',
    ),
}

export const cancelAt = deploymentAt.extend(ending)
export const cancelInput = z.union([z.object({ id, ...ending }), cancelAt])

export const giveUpAt = deploymentAt.extend(given)
export const giveUpInput = z.union([z.object({ id, ...given }), giveUpAt])
