'use server'
import {
  variablesApply,
  variablesChange,
  variablesComparison,
  variablesInput,
  variablesRevert,
} from '@/lib/api/inputs-variables.ts'
import * as variables from '@/lib/panel/variables.ts'
import { action } from '@/lib/web/action.ts'

export const saveVariables = action(variablesInput, variables.saveVariables)
export const changeVariables = action(variablesChange, variables.changeVariables)
export const revertVariables = action(variablesRevert, variables.revertVariables)
export const applyVariables = action(variablesApply, variables.applyVariables)
export const compareVariables = action(variablesComparison, variables.compareVariables)
