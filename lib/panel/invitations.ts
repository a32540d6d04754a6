// Invitations: the only way in besides set-up. The secret is in the link alone, works once, and gives no more than whoever
// made it still has when it is used.
import type { z } from 'zod'
import { may, type Actor } from '@/lib/access.ts'
import { byId, type nothing } from '@/lib/api/inputs.ts'
import { acceptanceInput, invitationInput, invitationKey } from '@/lib/api/inputs-access.ts'
import type { InvitationView, OpenInvitation } from '@/lib/api/shapes-access.ts'
import { randomToken, tokenHash } from '@/lib/secrets.ts'
import * as store from '@/lib/store/invitations.ts'
import { findProjectNames, lockMembers, setProjectRole, tellAccess } from '@/lib/store/members.ts'
import { findPerson, findUserByEmail, insertUser } from '@/lib/store/people.ts'
import { change, invalid, missing, parse } from './act.ts'
import type { Context } from './context.ts'
import {
  decides,
  given,
  gone,
  invitationView,
  namesOf,
  onlyProject,
  openRow,
  refuseGrants,
} from './invitations-given.ts'
import { ownProjects, refuseTokens } from './members.ts'
import { actorOfUser } from './people-actor.ts'
import { hashPassword } from './password.ts'

/** Those that one could revoke, newest first. PanelError forbidden. */
export async function listInvitations(
  ctx: Context,
  actor: Actor,
  _input: z.input<typeof nothing> = {},
): Promise<InvitationView[]> {
  if (!may(actor, 'people', null)) ownProjects(actor)
  const rows = await store.findOpenInvitations(ctx.db.prisma, new Date())
  const mine = rows.filter((row) => decides(actor, given(row)))
  const names = await namesOf(ctx.db.prisma, mine)
  return mine.map((row) => invitationView(row, names))
}

/**
 * `secret` is shown this once: `/invitation#<secret>` is the link. It takes the place of those to the same address that the actor could
 * revoke.
 * PanelError: invalid, not_found, forbidden (a role above one's own), conflict (the person is a member).
 */
export async function createInvitation(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof invitationInput>,
): Promise<{ invitation: InvitationView; secret: string }> {
  const { email, days, ...wanted } = parse(invitationInput, input)
  refuseTokens(actor)
  refuseGrants(actor, wanted)
  const secret = randomToken()
  return change(ctx, actor, async ({ tx, audit }) => {
    await lockMembers(tx)
    const names = await findProjectNames(
      tx,
      wanted.projects.map(({ projectId }) => projectId),
    )
    if (wanted.projects.some(({ projectId }) => !names.has(projectId))) throw missing('project')
    if (await findUserByEmail(tx, email)) throw invalid('email', 'This person is a member already: change their roles.')
    const now = new Date()
    for (const row of await store.findOpenInvitations(tx, now, email))
      // What others gave, and one couldn't take back oneself, stays open beside it.
      if (decides(actor, given(row))) await store.markInvitation(tx, row.id, 'revokedAt', now)
    const row = await store.insertInvitation(tx, {
      email,
      ...wanted,
      hash: tokenHash(secret),
      invitedBy: actor.name,
      inviterId: actor.kind === 'user' ? actor.id : null,
      expiresAt: new Date(Date.now() + days * 86_400_000),
    })
    await audit('invitation.create', `invitation:${row.id}`, onlyProject(wanted), { email, ...wanted })
    return { invitation: invitationView(row, names), secret }
  })
}

/** PanelError: not_found (it is used, revoked or too old), forbidden. */
export async function revokeInvitation(ctx: Context, actor: Actor, input: z.input<typeof byId>): Promise<null> {
  const { id } = parse(byId, input)
  if (!may(actor, 'people', null)) ownProjects(actor)
  refuseTokens(actor)
  return change(ctx, actor, async ({ tx, audit }) => {
    const row = await store.findOpenInvitation(tx, { id }, new Date())
    if (!row || !decides(actor, given(row))) throw missing('invitation')
    if (!(await store.markInvitation(tx, id, 'revokedAt', new Date()))) throw missing('invitation')
    await audit('invitation.revoke', `invitation:${id}`, onlyProject(given(row)), { email: row.email })
    return null
  })
}

/** What the holder of the secret would become. PanelError not_found, whatever is wrong with it. */
export async function readInvitation(ctx: Context, input: z.input<typeof invitationKey>): Promise<OpenInvitation> {
  const { secret } = parse(invitationKey, input)
  const row = await openRow(ctx.db.prisma, secret)
  const names = await namesOf(ctx.db.prisma, [row])
  const { email, role, projects, invitedBy, expiresAt } = invitationView(row, names)
  return { email, role, invitedBy, expiresAt, projects: projects.map(({ project, role }) => ({ project, role })) }
}

/** Makes the member, once. PanelError: invalid, not_found (also when the inviter may no longer give that much), conflict. */
export async function acceptInvitation(ctx: Context, input: z.input<typeof acceptanceInput>): Promise<Actor> {
  const { secret, name, password } = parse(acceptanceInput, input)
  // Looked at before the costly hash, and again below where only one can be.
  const { email, id, invitedBy } = await openRow(ctx.db.prisma, secret)
  const passwordHash = await hashPassword(password)
  const guest: Actor = {
    kind: 'system',
    id: 'invitation',
    name: `invitation of ${invitedBy}`,
    role: 'member',
    projects: {},
  }
  return change(
    ctx,
    guest,
    async ({ tx, audit }) => {
      await lockMembers(tx)
      const row = await openRow(tx, secret)
      if (!(await store.markInvitation(tx, id, 'usedAt', new Date()))) throw gone()
      const { role, projects } = given(row)
      const user = await insertUser(tx, { email, name, passwordHash, role })
      const names = await findProjectNames(
        tx,
        projects.map(({ projectId }) => projectId),
      )
      // A project may have been removed since.
      for (const one of projects)
        if (names.has(one.projectId)) await setProjectRole(tx, user.id, one.projectId, one.role)
      await audit('member.join', `user:${user.id}`, onlyProject({ role, projects }), { name, email, role, projects })
      await tellAccess(tx)
      return actorOfUser((await findPerson(tx, user.id))!)
    },
    'There is a member with this address already.',
  )
}
