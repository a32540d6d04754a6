import { fileOperations } from '@/lib/api/register/files.ts'
import { listConfigFileRevisions } from '@/lib/panel/files.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(fileOperations.listConfigFileRevisions, async (ctx, actor, input) => ({
  items: await listConfigFileRevisions(ctx, actor, input),
}))
