import { previewOperations } from '@/lib/api/register/releases.ts'
import { previewPlan } from '@/lib/panel/preview.ts'
import { operation } from '@/lib/web/operation.ts'

export const POST = operation(previewOperations.previewPlan, previewPlan)
