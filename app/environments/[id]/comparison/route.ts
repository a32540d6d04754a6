import { comparisonInput } from '@/lib/api/inputs-preview.ts'
import { compareReleases } from '@/lib/panel/compare.ts'
import { asked } from '@/lib/web/asked.ts'

/** `?from=&to=`: for the page that compares. */
export const GET = asked(comparisonInput, compareReleases)
