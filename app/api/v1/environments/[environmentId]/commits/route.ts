import { commitsInput } from '@/lib/api/inputs.ts'
import { readCommits } from '@/lib/panel/commits.ts'
import { route } from '@/lib/web/route.ts'

/** `?ref=&search=`: what could be deployed, newest first. */
export const GET = route(commitsInput, readCommits)
