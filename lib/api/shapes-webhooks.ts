// Webhooks and what came in through them, as they are shown.
import { z } from 'zod'
import { outcome, providers, told } from '../spec/push.ts'

const at = z.iso.datetime()
const verdict = z.enum(['accepted', 'ignored', 'refused'])

export const webhookView = z.object({
  id: z.string(),
  projectId: z.string(),
  provider: z.enum(providers),
  path: z.string().describe('Where the host posts, on this panel.'),
  createdBy: z.string(),
  createdAt: at,
  overlapUntil: at.nullable().describe('Until then what counted before the last change counts as well.'),
  lastDelivery: z.object({ at, verdict, reason: z.string(), words: z.string() }).nullable(),
})
export type WebhookView = z.infer<typeof webhookView>

export const webhookWithSecret = z.object({ webhook: webhookView, secret: z.string().describe('Shown this once.') })
export type WebhookWithSecret = z.infer<typeof webhookWithSecret>

export const deliveryView = z.object({
  id: z.string(),
  webhookId: z.string().nullable().describe('None = Fairlead looked at the repository by itself.'),
  provider: z.enum(providers).nullable().describe('Of the webhook.'),
  event: z.string().describe('As the host calls it.'),
  verdict,
  reason: z.string(),
  words: z.string(),
  told: told.nullable(),
  state: z.enum(['waiting', 'handled']),
  attempts: z.number(),
  outcomes: z.array(outcome).describe('What came of it in each environment.'),
  againBy: z.string().nullable().describe('Who had it looked at once more.'),
  receivedAt: at,
  handledAt: at.nullable(),
})
export type DeliveryView = z.infer<typeof deliveryView>
