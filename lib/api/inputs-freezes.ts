// Freezes: which environments, why, and when.
import { z } from 'zod'
import { freezeWindow } from '../spec/freeze.ts'
import { holdInput } from './inputs-holds.ts'

export const freezesInput = z.object({ projectId: z.uuid('Not an id.') })

export const freezeInput = freezesInput.extend({
  environmentId: z
    .uuid('Not an id.')
    .or(z.literal('').transform(() => null))
    .nullable()
    .default(null)
    .describe('One environment of the project; null = all of them.'),
  reason: holdInput.shape.reason,
  window: freezeWindow.describe('Once, from one time until another, or each week for so many hours.'),
})
