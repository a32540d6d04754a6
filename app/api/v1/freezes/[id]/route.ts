import { freezeOperations } from '@/lib/api/register/freezes.ts'
import { removeFreeze } from '@/lib/panel/freezes.ts'
import { operation } from '@/lib/web/operation.ts'

export const DELETE = operation(freezeOperations.removeFreeze, removeFreeze)
