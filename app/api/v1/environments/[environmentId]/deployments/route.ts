import { pageByNumber } from '@/lib/api/page.ts'
import { deploymentOperations } from '@/lib/api/register/deployments.ts'
import { listDeployments, requestDeployment } from '@/lib/panel/deployments.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(deploymentOperations.listDeployments, async (ctx, actor, { cursor, ...page }) =>
  pageByNumber(await listDeployments(ctx, actor, { ...page, before: cursor }), page.limit),
)
export const POST = operation(deploymentOperations.requestDeployment, requestDeployment)
