import { projectOperations } from '@/lib/api/register/projects.ts'
import { readBranches } from '@/lib/panel/projects.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(projectOperations.readBranches, readBranches)
