import { channelOperations } from '@/lib/api/register/channels.ts'
import { testChannel } from '@/lib/panel/channels.ts'
import { operation } from '@/lib/web/operation.ts'

export const POST = operation(channelOperations.testChannel, testChannel)
