// Who may do what: roles in the panel and in projects, five rights. Pure; every function of lib/panel asks here after it has
// loaded what is asked for.
import { PanelError } from './errors.ts'

/** Each role may all that the ones before it may. */
export const roles = ['viewer', 'developer', 'admin', 'owner'] as const
export type Role = (typeof roles)[number]

/** What a person is in the whole panel: a role in every project, or `member`, who has only what projects give. */
export const panelRoles = ['member', ...roles] as const
export type PanelRole = (typeof panelRoles)[number]

/**
 * Who acts. `id` is of the user (kind user) or of the token (kind token); `system` is the panel itself, its name the reason.
 * `role` counts everywhere, `projects` (by id) in single ones, and the greater of both decides. A token that is bound to one
 * project is a member with that project alone.
 */
export type Actor = {
  kind: 'user' | 'token' | 'system'
  id: string
  name: string
  role: PanelRole
  projects: Readonly<Record<string, Role>>
}

/** view: everything but variables. deploy: also activate and cancel. configure: what runs where. people: who else may what, never above oneself. */
export type Right = 'view' | 'deploy' | 'readVariables' | 'configure' | 'people'
/** What views carry, so that nobody is offered what `demand` would refuse. */
export type Can = Readonly<Record<Exclude<Right, 'view'>, boolean>>

const leastRole: Record<Right, Role> = {
  view: 'viewer',
  deploy: 'developer',
  readVariables: 'developer',
  configure: 'admin',
  people: 'admin',
}
const words: Record<Right, string> = {
  view: 'look at this',
  deploy: 'deploy, activate or cancel',
  readVariables: 'read variables',
  configure: 'change how things are set up',
  people: 'decide about people',
}

/** What the actor is in a project, or with null in the panel itself, where projects' roles count for nothing. */
export function roleIn(actor: Actor, projectId: string | null): PanelRole {
  const own = projectId !== null && Object.hasOwn(actor.projects, projectId) ? actor.projects[projectId]! : 'member'
  return rank(own) > rank(actor.role) ? own : actor.role
}

/** `projectId` null = the panel itself: its people, its servers, new projects. */
export function may(actor: Actor, right: Right, projectId: string | null): boolean {
  return rank(roleIn(actor, projectId)) >= rank(leastRole[right])
}

/** All that the actor may do in a project, or with null in the panel itself. */
export function can(actor: Actor, projectId: string | null): Can {
  return {
    deploy: may(actor, 'deploy', projectId),
    readVariables: may(actor, 'readVariables', projectId),
    configure: may(actor, 'configure', projectId),
    people: may(actor, 'people', projectId),
  }
}

/** Whether there is any place where the actor may: the panel itself or one of their projects. */
export function mayAnywhere(actor: Actor, right: Right): boolean {
  return projectsWith(actor, right)?.length !== 0
}

/** Whether the project exists for the actor at all. What one does not see is `not_found`, whatever one wants to do with it. */
export function sees(actor: Actor, projectId: string): boolean {
  return may(actor, 'view', projectId)
}

/** The ids of the projects in which the actor may; null = in all there are. */
export function projectsWith(actor: Actor, right: Right): string[] | null {
  if (may(actor, right, null)) return null
  return Object.keys(actor.projects).filter((id) => may(actor, right, id))
}

/** The ids of the projects that lists show; null = all there are. */
export function seenProjects(actor: Actor): string[] | null {
  return projectsWith(actor, 'view')
}

/** Throws PanelError `not_found` for a project that is not seen, `forbidden`, naming what the role may not do, otherwise. */
export function demand(actor: Actor, right: Right, projectId: string | null): void {
  if (may(actor, right, projectId)) return
  if (projectId !== null && !sees(actor, projectId)) throw new PanelError('not_found', 'There is no such project.')
  const role = roleIn(actor, projectId)
  throw new PanelError('forbidden', `The role “${role}” may not ${words[right]}.`, { right, role })
}

/** What a token that was made with `token` may do while the person behind it has `person`: never more than either. */
export function lesserRole<A extends PanelRole, B extends PanelRole>(token: A, person: B): A | B {
  return rank(token) < rank(person) ? token : person
}

/** The greatest role of the actor anywhere. */
export function greatestRole(actor: Actor): PanelRole {
  return Object.values(actor.projects).reduce<PanelRole>((a, b) => (rank(b) > rank(a) ? b : a), actor.role)
}

/** Whether the role is at most what the actor is in that project, or with null in the panel. */
export function isWithin(actor: Actor, role: PanelRole, projectId: string | null): boolean {
  return isAtMost(role, roleIn(actor, projectId))
}

export function isAtMost(role: PanelRole, most: PanelRole): boolean {
  return rank(role) <= rank(most)
}

function rank(role: PanelRole): number {
  return panelRoles.indexOf(role)
}

/** As rows name an actor: `user:<id>`, `token:<id>`, `system:<name>`. */
export function actorText(actor: Actor): string {
  return `${actor.kind}:${actor.kind === 'system' ? actor.name : actor.id}`
}
