import { channelOperations } from '@/lib/api/register/channels.ts'
import { sendAgain } from '@/lib/panel/messages.ts'
import { operation } from '@/lib/web/operation.ts'

export const POST = operation(channelOperations.sendAgain, sendAgain)
