import { webhookOperations } from '@/lib/api/register/webhooks.ts'
import { listDeliveries } from '@/lib/panel/deliveries.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(webhookOperations.listDeliveries, listDeliveries)
