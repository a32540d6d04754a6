'use server'
import { byId } from '@/lib/api/inputs.ts'
import {
  acceptanceInput,
  invitationInput,
  invitationKey,
  memberRoleInput,
  projectRoleInput,
} from '@/lib/api/inputs-access.ts'
import * as invitations from '@/lib/panel/invitations.ts'
import * as members from '@/lib/panel/members.ts'
import { action, openAction } from '@/lib/web/action.ts'

export const createInvitation = action(invitationInput, invitations.createInvitation)
export const revokeInvitation = action(byId, invitations.revokeInvitation)
export const changeMemberRole = action(memberRoleInput, members.changeMemberRole)
export const changeProjectRole = action(projectRoleInput, members.changeProjectRole)
export const removeMember = action(byId, members.removeMember)

// Whoever holds an invitation's secret has nothing else yet.
export const readInvitation = openAction(invitationKey, invitations.readInvitation)
export const acceptInvitation = openAction(acceptanceInput, async (ctx, input) => {
  await invitations.acceptInvitation(ctx, input)
  return null
})
