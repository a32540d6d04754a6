// Inputs of what compares servers with what was deployed to them, and puts them right.
import { z } from 'zod'
import { deploymentInput } from './inputs.ts'

export const driftInput = z.object({ environmentId: z.uuid() })

/** `servers`: names or ids; left out = those that lack the live release or differ from it. */
export const syncInput = z.object({
  environmentId: z.uuid(),
  servers: z.array(z.string().min(1).max(200)).min(1).max(200).optional(),
  idempotencyKey: deploymentInput.shape.idempotencyKey,
})
