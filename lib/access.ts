// Who may do what: four roles, five rights. Pure; every function of lib/panel asks here after it has loaded what is asked for.
import { PanelError } from './errors.ts'

/** Each role may all that the ones before it may. */
export const roles = ['viewer', 'developer', 'admin', 'owner'] as const
export type Role = (typeof roles)[number]

/** Who acts. `id` is of the user (kind user) or of the token (kind token); `system` is the panel itself, its name the reason. */
export type Actor = { kind: 'user' | 'token' | 'system'; id: string; name: string; role: Role }

/** view: everything but variables. deploy: also activate and cancel. configure: what runs where. own: people and the panel itself. */
type Right = 'view' | 'deploy' | 'readVariables' | 'configure' | 'own'

const leastRole: Record<Right, Role> = {
  view: 'viewer',
  deploy: 'developer',
  readVariables: 'developer',
  configure: 'admin',
  own: 'owner',
}
const words: Record<Right, string> = {
  view: 'look at this',
  deploy: 'deploy, activate or cancel',
  readVariables: 'read variables',
  configure: 'change how things are set up',
  own: 'manage people',
}

export function may(actor: Actor, right: Right): boolean {
  return roles.indexOf(actor.role) >= roles.indexOf(leastRole[right])
}

/** Throws PanelError `forbidden`, naming what the role may not do. */
export function demand(actor: Actor, right: Right): void {
  if (may(actor, right)) return
  throw new PanelError('forbidden', `The role “${actor.role}” may not ${words[right]}.`, { right, role: actor.role })
}

/** What a token that was made with `token` may do while the person behind it has `person`: never more than either. */
export function lesserRole(token: Role, person: Role): Role {
  return roles.indexOf(token) < roles.indexOf(person) ? token : person
}

/** As rows name an actor: `user:<id>`, `token:<id>`, `system:<name>`. */
export function actorText(actor: Actor): string {
  return `${actor.kind}:${actor.kind === 'system' ? actor.name : actor.id}`
}
