// Inputs of reading a log.
import { z } from 'zod'
import { deploymentAt, logAt as oneLogAt, logInput as oneLogInput } from './inputs.ts'

/** Of several servers one, by its name. */
const server = z.string().max(200).optional().describe('Of a run on several servers: the name of one.')

export const logInput = oneLogInput.extend({ server })
export const logAt = oneLogAt.extend({ server })
export const rawLogInput = z.union([z.object({ id: oneLogInput.shape.id, server }), deploymentAt.extend({ server })])
