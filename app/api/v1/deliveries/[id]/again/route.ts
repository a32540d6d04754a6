import { webhookOperations } from '@/lib/api/register/webhooks.ts'
import { redeliver } from '@/lib/panel/deliveries.ts'
import { operation } from '@/lib/web/operation.ts'

export const POST = operation(webhookOperations.redeliver, redeliver)
