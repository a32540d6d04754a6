import { commitsInput } from '@/lib/api/inputs.ts'
import { readCommits } from '@/lib/panel/commits.ts'
import { asked } from '@/lib/web/asked.ts'

/** `?ref=&search=`: for choosing a commit. */
export const GET = asked(commitsInput, readCommits)
