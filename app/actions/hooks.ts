'use server'
import { revertInput, scriptInput } from '@/lib/api/inputs-hooks.ts'
import { hookInput, hookKey } from '@/lib/api/inputs.ts'
import { checkScript as check } from '@/lib/panel/hooks-check.ts'
import * as history from '@/lib/panel/hooks-history.ts'
import * as hooks from '@/lib/panel/hooks.ts'
import { action } from '@/lib/web/action.ts'

export const saveHook = action(hookInput, hooks.saveHook)
export const removeHook = action(hookKey, hooks.removeHook)
export const listHookRevisions = action(hookKey, history.listHookRevisions)
export const revertHook = action(revertInput, history.revertHook)
export const checkScript = action(scriptInput, check)
