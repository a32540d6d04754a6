// Views about people: members, invitations, the second step, the audit.
import { z } from 'zod'
import { panelRoles, roles } from '@/lib/access.ts'

const time = z.iso.datetime()
const projectGrant = z.object({ projectId: z.uuid(), project: z.string(), role: z.enum(roles) })

export const memberView = z
  .object({
    id: z.uuid(),
    name: z.string(),
    email: z.string(),
    role: z.enum(panelRoles),
    projects: z.array(projectGrant).describe('Roles in single projects, as far as the asker sees these.'),
    hasTwoFactor: z.boolean(),
    seenAt: time.nullable().describe('When one of their sessions was seen last.'),
    createdAt: time,
  })
  .meta({ id: 'Member' })
export type MemberView = z.infer<typeof memberView>

export const invitationView = z
  .object({
    id: z.uuid(),
    email: z.string(),
    role: z.enum(panelRoles),
    projects: z.array(projectGrant),
    invitedBy: z.string(),
    createdAt: time,
    expiresAt: time,
  })
  .meta({ id: 'Invitation' })
export type InvitationView = z.infer<typeof invitationView>

/** What the holder of an invitation's secret gets to know before accepting it. */
export type OpenInvitation = Pick<InvitationView, 'email' | 'role' | 'invitedBy' | 'expiresAt'> & {
  projects: { project: string; role: string }[]
}

export type TwoFactorView = { since: string | null; recoveryCodesLeft: number }
/** `qr`: rows of modules, true = dark. */
export type TwoFactorSecret = { secret: string; uri: string; qr: boolean[][] }

export const auditEntryView = z
  .object({
    id: z.string().describe('Decimal text of a 64-bit number; newer entries have greater ones.'),
    at: time,
    actor: z.string().describe('`user:<id>`, `token:<id>` or `system:<why>`.'),
    actorName: z.string(),
    action: z.string().describe('`noun.verb`'),
    subject: z.string().describe('`noun:<id>`'),
    project: z.object({ id: z.uuid(), name: z.string() }).nullable(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AuditEntry' })
export type AuditEntryView = z.infer<typeof auditEntryView>
export type AuditPage = { entries: AuditEntryView[]; next: string | null }
