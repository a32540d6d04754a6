import { hookHistoryOperations } from '@/lib/api/register/hooks.ts'
import { listHookRevisions, revertHook } from '@/lib/panel/hooks-history.ts'
import { operation } from '@/lib/web/operation.ts'

// Some events are two words of the path: rollback/before.
export const GET = operation(hookHistoryOperations.listHookRevisions, listHookRevisions)
export const POST = operation(hookHistoryOperations.revertHook, revertHook)
