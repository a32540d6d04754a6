// Inputs of what people wish of a deployment that is under way.
import { z } from 'zod'
import { deploymentAt } from './inputs.ts'

const id = z.uuid('Not an id.')
/** Of several servers the one that nobody waits for any longer. */
const given = { targetId: id.optional() }

export const giveUpAt = deploymentAt.extend(given)
export const giveUpInput = z.union([z.object({ id, ...given }), giveUpAt])
