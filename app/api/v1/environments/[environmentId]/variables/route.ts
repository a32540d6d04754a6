import { variableOperations } from '@/lib/api/register/variables.ts'
import { changeVariables, readVariables, saveVariables } from '@/lib/panel/variables.ts'
import { operation } from '@/lib/web/operation.ts'

export const GET = operation(variableOperations.readVariables, readVariables)
export const PUT = operation(variableOperations.saveVariables, saveVariables)
export const PATCH = operation(variableOperations.changeVariables, changeVariables)
