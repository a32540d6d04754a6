import { variableOperations } from '@/lib/api/register/variables.ts'
import { revertVariables } from '@/lib/panel/variables.ts'
import { operation } from '@/lib/web/operation.ts'

export const POST = operation(variableOperations.revertVariables, revertVariables)
