'use server'
import { deliveryKey, secretInput, webhookInput, webhookKey } from '@/lib/api/inputs-webhooks.ts'
import * as deliveries from '@/lib/panel/deliveries.ts'
import * as webhooks from '@/lib/panel/webhooks.ts'
import { action } from '@/lib/web/action.ts'

export const createWebhook = action(webhookInput, webhooks.createWebhook)
export const rotateWebhookSecret = action(secretInput, webhooks.rotateWebhookSecret)
export const removeWebhook = action(webhookKey, webhooks.removeWebhook)
export const redeliver = action(deliveryKey, deliveries.redeliver)
