import { channelOperations } from '@/lib/api/register/channels.ts'
import { listMessages } from '@/lib/panel/messages.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(channelOperations.listMessages, listMessages)
