import { hookOperations } from '@/lib/api/register/environments.ts'
import { removeHook, saveHook } from '@/lib/panel/hooks.ts'
import { operation } from '@/lib/web/operation.ts'

// Some events are two words of the path: rollback/before.
export const PUT = operation(hookOperations.saveHook, saveHook)
export const DELETE = operation(hookOperations.removeHook, removeHook)
