import { holdOperations } from '@/lib/api/register/holds.ts'
import { holdEnvironment, liftHold } from '@/lib/panel/holds.ts'
import { operation } from '@/lib/web/operation.ts'

export const PUT = operation(holdOperations.holdEnvironment, holdEnvironment)
export const DELETE = operation(holdOperations.liftHold, liftHold)
