import { fileOperations } from '@/lib/api/register/files.ts'
import { listConfigFiles, saveConfigFile } from '@/lib/panel/files.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(fileOperations.listConfigFiles, async (ctx, actor, input) => ({
  items: await listConfigFiles(ctx, actor, input),
}))
export const PUT = operation(fileOperations.saveConfigFile, saveConfigFile)
