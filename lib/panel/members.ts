// Members: who belongs to the panel, and with which roles. What changes holds from the next request on: roles are read with
// each, and open streams are told to ask again.
import type { z } from 'zod'
import { demand, isWithin, may, sees, type Actor, type PanelRole, type Role } from '@/lib/access.ts'
import type { nothing } from '@/lib/api/inputs.ts'
import { byId } from '@/lib/api/inputs.ts'
import { memberRoleInput, projectRoleInput } from '@/lib/api/inputs-access.ts'
import type { MemberView } from '@/lib/api/shapes-access.ts'
import { PanelError } from '@/lib/errors.ts'
import * as store from '@/lib/store/members.ts'
import type { Reader } from '@/lib/store/reader.ts'
import { change, missing, parse } from './act.ts'
import type { Context } from './context.ts'

/** All of them, or for who decides about people in single projects only, those of these projects. PanelError forbidden. */
export async function listMembers(
  ctx: Context,
  actor: Actor,
  _input: z.input<typeof nothing> = {},
): Promise<MemberView[]> {
  const projects = may(actor, 'people', null) ? null : ownProjects(actor)
  return (await store.findMembers(ctx.db.prisma, projects)).map((row) => memberView(actor, row))
}

/** The projects in which the actor decides about people. PanelError forbidden: there is none. */
export function ownProjects(actor: Actor): string[] {
  const projects = Object.keys(actor.projects).filter((id) => may(actor, 'people', id))
  if (projects.length === 0) demand(actor, 'people', null)
  return projects
}

/** PanelError: invalid, not_found, forbidden (the role, or the person, is above one's own), conflict (the last owner). */
export async function changeMemberRole(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof memberRoleInput>,
): Promise<MemberView> {
  const { id, role } = parse(memberRoleInput, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    const before = await loadForPanel(tx, actor, id)
    refuseAbove(actor, role, null)
    if (before.role === 'owner' && role !== 'owner') await refuseLastOwner(tx)
    await store.setPanelRole(tx, id, role)
    await audit('member.role', `user:${id}`, null, { name: before.name, before: before.role, after: role })
    await store.tellAccess(tx)
    return memberView(actor, { ...before, role })
  })
}

/** `role` null takes the one in that project away. PanelError: invalid, not_found, forbidden (above one's own there). */
export async function changeProjectRole(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof projectRoleInput>,
): Promise<null> {
  const { id, projectId, role } = parse(projectRoleInput, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    await store.lockMembers(tx)
    const names = await store.findProjectNames(tx, [projectId])
    if (!names.has(projectId) || !sees(actor, projectId)) throw missing('project')
    demand(actor, 'people', projectId)
    refuseTokens(actor)
    const member = await store.findMember(tx, id)
    const before = member?.memberships.find((one) => one.projectId === projectId)?.role ?? null
    // Who decides about a project alone doesn't get to know, or to pull in, everybody of the panel.
    if (!member || (before === null && !may(actor, 'people', null))) throw missing('member')
    if (role !== null) refuseAbove(actor, role, projectId)
    await store.setProjectRole(tx, id, projectId, role)
    await audit('member.project-role', `user:${id}`, projectId, { name: member.name, before, after: role })
    await store.tellAccess(tx)
    return null
  })
}

/** Sessions, tokens and open streams end at once. One may leave oneself. PanelError: not_found, forbidden, conflict (the last owner). */
export async function removeMember(ctx: Context, actor: Actor, input: z.input<typeof byId>): Promise<null> {
  const { id } = parse(byId, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    const isSelf = actor.kind === 'user' && actor.id === id
    const member = isSelf ? await loadLocked(tx, id) : await loadForPanel(tx, actor, id)
    if (member.role === 'owner') await refuseLastOwner(tx)
    await store.deleteMember(tx, id)
    await audit('member.remove', `user:${id}`, null, { name: member.name, email: member.email, role: member.role })
    await store.tellAccess(tx)
    return null
  })
}

/** A token that leaked could make itself permanent: people are decided about by people. */
export function refuseTokens(actor: Actor): void {
  if (actor.kind === 'token')
    throw new PanelError('forbidden', 'Only a person who is signed in may do this, not a token.')
}

/** PanelError forbidden: nobody gives more than they have. */
export function refuseAbove(actor: Actor, role: PanelRole, projectId: string | null): void {
  if (!isWithin(actor, role, projectId))
    throw new PanelError('forbidden', `The role “${role}” is above your own, so you can’t give or change it.`, { role })
}

async function loadLocked(tx: Reader, id: string): Promise<store.MemberRow> {
  await store.lockMembers(tx)
  const member = await store.findMember(tx, id)
  if (!member) throw missing('member')
  return member
}

async function loadForPanel(tx: Reader, actor: Actor, id: string): Promise<store.MemberRow> {
  demand(actor, 'people', null)
  refuseTokens(actor)
  const member = await loadLocked(tx, id)
  refuseAbove(actor, member.role as PanelRole, null)
  return member
}

async function refuseLastOwner(tx: Reader): Promise<void> {
  if ((await store.countOwners(tx)) < 2)
    throw new PanelError('conflict', 'This is the last owner. Make somebody else an owner first.')
}

// Roles were parsed when they were written; they come back as they are.
function memberView(actor: Actor, row: store.MemberRow): MemberView {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    role: row.role as PanelRole,
    projects: row.memberships
      .filter(({ projectId }) => sees(actor, projectId))
      .map(({ projectId, project, role }) => ({ projectId, project: project.name, role: role as Role })),
    hasTwoFactor: row.totpAt !== null,
    seenAt: row.sessions[0]?.seenAt.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  }
}
