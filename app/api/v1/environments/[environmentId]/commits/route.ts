import { environmentOperations } from '@/lib/api/register/environments.ts'
import { readCommits } from '@/lib/panel/commits.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(environmentOperations.readCommits, readCommits)
