import { pageById } from '@/lib/api/page.ts'
import { channelOperations } from '@/lib/api/register/channels.ts'
import { createChannel, listChannels } from '@/lib/panel/channels.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(channelOperations.listChannels, async (ctx, actor, { projectId, ...page }) =>
  pageById(await listChannels(ctx, actor, { projectId }), page),
)
export const POST = operation(channelOperations.createChannel, createChannel)
