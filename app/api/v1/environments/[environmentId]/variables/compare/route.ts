import { variableOperations } from '@/lib/api/register/variables.ts'
import { compareVariables } from '@/lib/panel/variables.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(variableOperations.compareVariables, compareVariables)
