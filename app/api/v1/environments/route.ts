import { pageById } from '@/lib/api/page.ts'
import { environmentOperations } from '@/lib/api/register/environments.ts'
import { createEnvironment, listEnvironments } from '@/lib/panel/environments.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(environmentOperations.listEnvironments, async (ctx, actor, { projectId, ...page }) =>
  pageById(await listEnvironments(ctx, actor, { projectId }), page),
)
export const POST = operation(environmentOperations.createEnvironment, createEnvironment)
