import { webhookOperations } from '@/lib/api/register/webhooks.ts'
import { createWebhook, listWebhooks } from '@/lib/panel/webhooks.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(webhookOperations.listWebhooks, listWebhooks)
export const POST = operation(webhookOperations.createWebhook, createWebhook)
