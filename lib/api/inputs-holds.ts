// Holding an environment: why, and until when.
import { z } from 'zod'
import { isWritable } from './inputs.ts'

export const holdInput = z.object({
  environmentId: z.uuid('Not an id.'),
  reason: z
    .string()
    .trim()
    .min(1, 'Say why.')
    .max(200, 'At most 200 characters.')
    .refine((text) => isWritable(text) && !/\p{Cc}/u.test(text), 'The reason holds a control character.'),
  until: z.iso
    .datetime({ offset: true, error: 'Not a time.' })
    .or(z.literal('').transform(() => null))
    .nullable()
    .default(null)
    .describe('When it ends by itself; null = when it is lifted.'),
})
