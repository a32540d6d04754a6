import { webhookOperations } from '@/lib/api/register/webhooks.ts'
import { rotateWebhookSecret } from '@/lib/panel/webhooks.ts'
import { operation } from '@/lib/web/operation.ts'

export const POST = operation(webhookOperations.rotateWebhookSecret, rotateWebhookSecret)
