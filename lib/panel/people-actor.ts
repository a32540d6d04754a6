// Who somebody is: rows of people and tokens as actors.
import { z } from 'zod'
import { lesserRole, panelRoles, roleIn, roles, type Actor, type Role } from '@/lib/access.ts'
import { PanelError } from '@/lib/errors.ts'
import type { Person, PersonToken } from '@/lib/store/people.ts'

const role = z.enum(roles)
const panelRole = z.enum(panelRoles)

export function actorOfUser(user: Person): Actor {
  return {
    kind: 'user',
    id: user.id,
    name: user.name,
    role: panelRole.parse(user.role),
    projects: Object.fromEntries(user.memberships.map((one) => [one.projectId, role.parse(one.role)])),
  }
}

/** In each place the lesser of the token's role and its person's; bound to a project, in that one alone. */
export function actorOfTokenRow({ id, name, role: given, projectId, user }: PersonToken): Actor {
  const most = role.parse(given)
  const person = actorOfUser(user)
  if (projectId !== null) {
    const there = lesserRole(most, roleIn(person, projectId))
    return { kind: 'token', id, name, role: 'member', projects: there === 'member' ? {} : { [projectId]: there } }
  }
  const projects: Record<string, Role> = {}
  for (const [key, one] of Object.entries(person.projects)) projects[key] = lesserRole(most, one)
  return { kind: 'token', id, name, role: lesserRole(most, person.role), projects }
}

/** The person's own id. PanelError forbidden for tokens: one that leaked must not make tokens, end sessions or change passwords. */
export function personOf(actor: Actor): string {
  if (actor.kind === 'user') return actor.id
  throw new PanelError('forbidden', 'Only a person who is signed in may do this.')
}
