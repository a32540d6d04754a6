'use server'
import { byId } from '@/lib/api/inputs.ts'
import { freezeInput } from '@/lib/api/inputs-freezes.ts'
import * as freezes from '@/lib/panel/freezes.ts'
import { action } from '@/lib/web/action.ts'

export const addFreeze = action(freezeInput, freezes.addFreeze)
export const removeFreeze = action(byId, freezes.removeFreeze)
