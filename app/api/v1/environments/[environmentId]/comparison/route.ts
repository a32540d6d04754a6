import { previewOperations } from '@/lib/api/register/releases.ts'
import { compareReleases } from '@/lib/panel/compare.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(previewOperations.compareReleases, compareReleases)
