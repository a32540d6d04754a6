import { pageByNumber } from '@/lib/api/page.ts'
import { releaseOperations } from '@/lib/api/register/deployments.ts'
import { listReleases } from '@/lib/panel/releases.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(releaseOperations.listReleases, async (ctx, actor, { cursor, ...page }) =>
  pageByNumber(await listReleases(ctx, actor, { ...page, before: cursor }), page.limit),
)
