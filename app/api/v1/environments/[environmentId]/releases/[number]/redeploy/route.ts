import { previewOperations } from '@/lib/api/register/releases.ts'
import { redeployRelease } from '@/lib/panel/promote.ts'
import { operation } from '@/lib/web/operation.ts'

export const POST = operation(previewOperations.redeployRelease, redeployRelease)
