'use server'
import { variablesInput } from '@/lib/api/inputs.ts'
import * as variables from '@/lib/panel/variables.ts'
import { action } from '@/lib/web/action.ts'

export const saveVariables = action(variablesInput, variables.saveVariables)
