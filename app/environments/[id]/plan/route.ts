import { previewInput } from '@/lib/api/inputs-preview.ts'
import { previewPlan } from '@/lib/panel/preview.ts'
import { asked } from '@/lib/web/asked.ts'

/** `?ref=` or `?release=`: for the pages that show a plan. */
export const GET = asked(previewInput, previewPlan)
