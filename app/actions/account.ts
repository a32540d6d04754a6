'use server'
import { byId, tokenInput } from '@/lib/api/inputs.ts'
import * as people from '@/lib/panel/people.ts'
import { action } from '@/lib/web/action.ts'

export const endSession = action(byId, people.endSession)
export const createToken = action(tokenInput, people.createToken)
export const revokeToken = action(byId, people.revokeToken)
