import { previewOperations } from '@/lib/api/register/releases.ts'
import { removeRelease } from '@/lib/panel/release-removal.ts'
import { operation } from '@/lib/web/operation.ts'

export const DELETE = operation(previewOperations.removeRelease, removeRelease)
