'use server'
import { byId, tokenInput } from '@/lib/api/inputs.ts'
import {
  otherSessions,
  passwordChange,
  twoFactorConfirmation,
  twoFactorProof,
  twoFactorStart,
} from '@/lib/api/inputs-access.ts'
import * as people from '@/lib/panel/people.ts'
import * as twoFactor from '@/lib/panel/two-factor.ts'
import { action } from '@/lib/web/action.ts'
import { inOwnSession } from '@/lib/web/own-session.ts'

export const endSession = action(byId, people.endSession)
export const endOtherSessions = action(otherSessions, inOwnSession(people.endOtherSessions))
export const createToken = action(tokenInput, people.createToken)
export const revokeToken = action(byId, people.revokeToken)
export const changePassword = action(passwordChange, inOwnSession(people.changePassword))
export const beginTwoFactor = action(twoFactorStart, twoFactor.beginTwoFactor)
export const confirmTwoFactor = action(twoFactorConfirmation, inOwnSession(twoFactor.confirmTwoFactor))
export const endTwoFactor = action(twoFactorProof, inOwnSession(twoFactor.endTwoFactor))
export const renewRecoveryCodes = action(twoFactorProof, twoFactor.renewRecoveryCodes)
