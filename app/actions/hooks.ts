'use server'
import { hookInput, hookKey } from '@/lib/api/inputs.ts'
import * as hooks from '@/lib/panel/hooks.ts'
import { action } from '@/lib/web/action.ts'

export const saveHook = action(hookInput, hooks.saveHook)
export const removeHook = action(hookKey, hooks.removeHook)
