import { pageById } from '@/lib/api/page.ts'
import { releaseOperations } from '@/lib/api/register/deployments.ts'
import { listReleases } from '@/lib/panel/releases.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(releaseOperations.listReleases, async (ctx, actor, { environmentId, ...page }) =>
  pageById(await listReleases(ctx, actor, { environmentId }), page),
)
