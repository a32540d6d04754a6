'use server'
import { byEnvironment } from '@/lib/api/inputs.ts'
import { triggersInput } from '@/lib/api/inputs-following.ts'
import * as following from '@/lib/panel/following.ts'
import { action } from '@/lib/web/action.ts'

export const saveTriggers = action(triggersInput, following.saveTriggers)
export const followAgain = action(byEnvironment, following.followAgain)
