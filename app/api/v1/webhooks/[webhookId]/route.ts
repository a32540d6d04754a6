import { webhookOperations } from '@/lib/api/register/webhooks.ts'
import { removeWebhook } from '@/lib/panel/webhooks.ts'
import { operation } from '@/lib/web/operation.ts'

export const DELETE = operation(webhookOperations.removeWebhook, removeWebhook)
