// Webhooks and what came in through them, in the API.
import { z } from 'zod'
import { deliveryKey, deliveryPage, secretInput, webhookInput, webhookKey, webhooksInput } from '../inputs-webhooks.ts'
import { operation, pageOf } from '../operation.ts'
import { deliveryView, webhookView, webhookWithSecret } from '../shapes-webhooks.ts'

export const webhookOperations = {
  listWebhooks: operation({
    method: 'GET',
    path: '/webhooks',
    summary: 'Where Git hosts tell of a project’s repository',
    role: 'admin',
    input: webhooksInput,
    output: z.array(webhookView),
    command: 'webhook list',
  }),
  createWebhook: operation({
    method: 'POST',
    path: '/webhooks',
    summary: 'Make a webhook; the answer holds its secret, this once',
    role: 'admin',
    input: webhookInput,
    output: webhookWithSecret,
    status: 201,
    key: 'answer',
    command: 'webhook create',
  }),
  removeWebhook: operation({
    method: 'DELETE',
    path: '/webhooks/{webhookId}',
    summary: 'Take nothing more from a webhook, and forget what came in through it',
    role: 'admin',
    input: webhookKey,
    output: z.null(),
    command: 'webhook remove',
  }),
  rotateWebhookSecret: operation({
    method: 'POST',
    path: '/webhooks/{webhookId}/secret',
    summary: 'Make a new secret; what counted before it counts for a while as well',
    role: 'admin',
    input: secretInput,
    output: webhookWithSecret,
    key: 'answer',
    command: 'webhook rotate',
  }),
  listDeliveries: operation({
    method: 'GET',
    path: '/deliveries',
    summary: 'What Git hosts told of a project’s repository, newest first, and what came of it',
    role: 'viewer',
    input: deliveryPage,
    output: pageOf(deliveryView),
    command: 'webhook deliveries',
  }),
  redeliver: operation({
    method: 'POST',
    path: '/deliveries/{id}/again',
    summary: 'Look once more at what a delivery told of',
    role: 'developer',
    input: deliveryKey,
    output: deliveryView,
    command: 'webhook again',
  }),
}
