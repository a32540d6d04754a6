// Members, invitations and the audit in the API: to be read. Deciding about people takes a person who is signed in.
import { z } from 'zod'
import { nothing } from '../inputs.ts'
import { auditExport, auditInput } from '../inputs-access.ts'
import { operation, pageInput, pageOf } from '../operation.ts'
import { auditEntryView, invitationView, memberView } from '../shapes-access.ts'

export const peopleOperations = {
  listMembers: operation({
    method: 'GET',
    path: '/members',
    summary: 'Members with their roles; for who decides about people in single projects only, those of these projects',
    role: 'admin',
    input: z.object(pageInput),
    output: pageOf(memberView),
    command: 'member list',
  }),
  listInvitations: operation({
    method: 'GET',
    path: '/invitations',
    summary: 'Invitations that can still be accepted, newest first',
    role: 'admin',
    input: nothing.unwrap().extend(pageInput),
    output: pageOf(invitationView),
    command: 'invitation list',
  }),
  listAudit: operation({
    method: 'GET',
    path: '/audit',
    summary: 'Who did what, newest first: of the whole panel, or of the projects that the token administers',
    role: 'admin',
    input: auditInput.unwrap(),
    output: pageOf(auditEntryView),
    command: 'audit list',
  }),
  exportAudit: operation({
    method: 'GET',
    path: '/audit/export',
    summary: 'The audit as CSV, or with `format=jsonl` as one JSON value a line',
    role: 'admin',
    input: auditExport,
    output: z.string(),
    produces: 'text/csv',
    command: 'audit export',
  }),
}
