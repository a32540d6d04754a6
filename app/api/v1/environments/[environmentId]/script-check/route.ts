import { hookHistoryOperations } from '@/lib/api/register/hooks.ts'
import { checkScript } from '@/lib/panel/hooks-check.ts'
import { operation } from '@/lib/web/operation.ts'

export const POST = operation(hookHistoryOperations.checkScript, checkScript)
