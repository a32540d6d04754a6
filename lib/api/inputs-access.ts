// What panel functions about people take: members, invitations, second steps at sign-in, the audit.
import { z } from 'zod'
import { panelRoles } from '@/lib/access.ts'
import { emailText, nameText, passwordText } from './grammar.ts'
import { secondStepCode as code, soughtText } from './inputs.ts'

const id = z.uuid('Not an id.')
/** Nobody owns a single project: what an owner may more than an admin concerns the panel. */
export const projectRole = z.enum(['viewer', 'developer', 'admin'])
const secret = z.string().max(200)
const password = z.string().max(1000)

export const invitationInput = z
  .object({
    email: emailText,
    role: z.enum(panelRoles),
    projects: z
      .array(z.object({ projectId: id, role: projectRole }))
      .max(200)
      .default([]),
    days: z.coerce.number().int().min(1).max(30).default(7),
  })
  .refine(({ role, projects }) => role !== 'member' || projects.length > 0, {
    path: ['projects'],
    message: 'Choose a role for the panel, or at least one project.',
  })
export const invitationKey = z.object({ secret })
export const acceptanceInput = z.object({ secret, name: nameText, password: passwordText })

export const memberRoleInput = z.object({ id, role: z.enum(panelRoles) })
/** `role` null takes it away. */
export const projectRoleInput = z.object({ id, projectId: id, role: projectRole.nullable() })

export const passwordChange = z.object({ current: password, password: passwordText, session: id.optional() })
export const twoFactorStart = z.object({ password })
export const twoFactorConfirmation = z.object({ code, session: id.optional() })
/** Ending it, or making new recovery codes, takes both steps again. */
export const twoFactorProof = z.object({ password, code, session: id.optional() })
export const otherSessions = z.object({ session: id.optional() })

// Nothing was written before there were computers, and databases know no year 0.
const day = z.iso
  .date('Not a date.')
  .refine((text) => text >= '1970', 'Not a date that anything was written at.')
  .or(z.literal(''))
  .optional()
const auditFilter = {
  /** `user:<id>` also finds what that person's tokens did. */
  actor: soughtText.optional(),
  /** `noun.verb`, or a noun alone for all its verbs. */
  action: z
    .string()
    .max(60)
    .regex(/^[a-z-]*(\.[a-z-]+)?$/, 'Not an action.')
    .optional(),
  projectId: id.or(z.literal('')).optional(),
  /** First and last day, in UTC. */
  from: day,
  to: day,
}
export const auditInput = z
  .object({
    ...auditFilter,
    cursor: z
      .string()
      .regex(/^\d{1,18}$/, 'Not a place in the audit.')
      .optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  })
  .default({ limit: 50 })
export const auditExport = z.object({ ...auditFilter, format: z.enum(['csv', 'jsonl']).default('csv') })
