// What an invitation gives, and who may give that: asked when it is made, listed, revoked and used.
import { z } from 'zod'
import { demand, panelRoles, sees, type Actor, type PanelRole } from '@/lib/access.ts'
import { projectRole } from '@/lib/api/inputs-access.ts'
import type { InvitationView } from '@/lib/api/shapes-access.ts'
import { PanelError } from '@/lib/errors.ts'
import { tokenHash } from '@/lib/secrets.ts'
import { findOpenInvitation, type Invitation } from '@/lib/store/invitations.ts'
import { findProjectNames } from '@/lib/store/members.ts'
import { findPerson } from '@/lib/store/people.ts'
import type { Reader } from '@/lib/store/reader.ts'
import { missing } from './act.ts'
import { refuseAbove } from './members.ts'
import { actorOfUser } from './people-actor.ts'

const grants = z.array(z.object({ projectId: z.string(), role: projectRole }))
type Given = { role: PanelRole; projects: z.infer<typeof grants> }

export const gone = () =>
  new PanelError('not_found', 'This invitation was used, taken back or is too old. Ask for a new one.')

/** The open invitation, if whoever made it could still make it. */
export async function openRow(reader: Reader, secret: string): Promise<Invitation> {
  const row = await findOpenInvitation(reader, { hash: tokenHash(secret) }, new Date())
  if (!row) throw gone()
  if (row.inviterId === null) return row
  const inviter = await findPerson(reader, row.inviterId)
  if (!inviter || !decides(actorOfUser(inviter), given(row))) throw gone()
  return row
}

export function decides(actor: Actor, wanted: Given): boolean {
  try {
    refuseGrants(actor, wanted)
    return true
  } catch {
    return false
  }
}

/** PanelError: not_found, forbidden, unless the actor may give all of it. */
export function refuseGrants(actor: Actor, { role, projects }: Given): void {
  if (role !== 'member' || projects.length === 0) {
    demand(actor, 'people', null)
    refuseAbove(actor, role, null)
  }
  for (const { projectId, role: wanted } of projects) {
    if (!sees(actor, projectId)) throw missing('project')
    demand(actor, 'people', projectId)
    refuseAbove(actor, wanted, projectId)
  }
}

// Both were parsed when they were written; older forms must not pass unseen.
export function given(row: Invitation): Given {
  return { role: z.enum(panelRoles).parse(row.role), projects: grants.parse(row.projects) }
}

export function onlyProject({ role, projects }: Given): string | null {
  return role === 'member' && projects.length === 1 ? projects[0]!.projectId : null
}

export async function namesOf(reader: Reader, rows: Invitation[]): Promise<Map<string, string>> {
  return findProjectNames(
    reader,
    rows.flatMap((row) => given(row).projects.map(({ projectId }) => projectId)),
  )
}

export function invitationView(row: Invitation, names: Map<string, string>): InvitationView {
  const { role, projects } = given(row)
  return {
    id: row.id,
    email: row.email,
    role,
    projects: projects.map((one) => ({ ...one, project: names.get(one.projectId) ?? 'a removed project' })),
    invitedBy: row.invitedBy,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
  }
}
