import { channelOperations } from '@/lib/api/register/channels.ts'
import { removeChannel, updateChannel } from '@/lib/panel/channels.ts'
import { operation } from '@/lib/web/operation.ts'

export const PATCH = operation(channelOperations.updateChannel, updateChannel)
export const DELETE = operation(channelOperations.removeChannel, removeChannel)
