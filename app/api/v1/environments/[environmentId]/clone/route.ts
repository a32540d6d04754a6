import { previewOperations } from '@/lib/api/register/releases.ts'
import { cloneEnvironment } from '@/lib/panel/environment-clone.ts'
import { operation } from '@/lib/web/operation.ts'

export const POST = operation(previewOperations.cloneEnvironment, cloneEnvironment)
