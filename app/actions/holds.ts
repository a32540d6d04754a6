'use server'
import { byEnvironment } from '@/lib/api/inputs.ts'
import { holdInput } from '@/lib/api/inputs-holds.ts'
import * as holds from '@/lib/panel/holds.ts'
import { action } from '@/lib/web/action.ts'

export const holdEnvironment = action(holdInput, holds.holdEnvironment)
export const liftHold = action(byEnvironment, holds.liftHold)
