// Webhooks and what came in through them, as people ask for them.
import { z } from 'zod'
import { providers } from '../spec/push.ts'
import { pageInput } from './operation.ts'

const id = z.uuid('Not an id.')

/** The longest body that is taken from a Git host, in bytes. */
export const longestDelivery = 8_388_608

export const webhooksInput = z.object({ projectId: id })
export const webhookInput = z.object({
  projectId: id,
  provider: z.enum(providers).describe('`gitea` is Forgejo, too; `generic` is a signed form of Fairlead’s own.'),
})
export const webhookKey = z.object({ webhookId: id })
export const secretInput = webhookKey.extend({
  overlapHours: z.coerce
    .number<string | number>()
    .int()
    .min(0)
    .max(168, 'At most a week.')
    .default(24)
    .describe('So long what counted before it counts as well; 0 = it ends at once.'),
})

/** The cursor is the id of a delivery. */
export const deliveryPage = z.object({
  ...pageInput,
  cursor: id.optional(),
  projectId: id,
  webhookId: id.optional(),
})
export const deliveryKey = z.object({ id })
