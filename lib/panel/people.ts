// Signing in, sessions, tokens. Sessions are rows: one that was ended is over with the next request.
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { greatestRole, lesserRole, panelRoles, roleIn, roles, type Actor, type Role } from '@/lib/access.ts'
import { emailText } from '@/lib/api/grammar.ts'
import { byId, signInInput, tokenInput } from '@/lib/api/inputs.ts'
import type { SessionView, TokenView } from '@/lib/api/shapes.ts'
import { PanelError } from '@/lib/errors.ts'
import { randomToken, tokenHash } from '@/lib/secrets.ts'
import * as store from '@/lib/store/people.ts'
import { countAttempt, forgetAttempts } from '@/lib/store/throttle.ts'
import { change, parse, missing } from './act.ts'
import { systemActor, type Context } from './context.ts'
import { isPassword } from './password.ts'

const sessionDays = 30
const seenEveryMs = 60_000
const windowSeconds = 15 * 60
// One address at one account, one address at all, everyone at one account: the last is high, or strangers could lock people out.
const limits = { pair: 8, address: 40, account: 200 }

const role = z.enum(roles)
const panelRole = z.enum(panelRoles)
const actorOfUser = (user: store.Person): Actor => ({
  kind: 'user',
  id: user.id,
  name: user.name,
  role: panelRole.parse(user.role),
  projects: projectsOf(user),
})

function projectsOf({ memberships }: store.Person): Record<string, Role> {
  return Object.fromEntries(memberships.map((one) => [one.projectId, role.parse(one.role)]))
}

/** PanelError: unauthenticated (the same for unknown users, after the same work), too_many with `retryAfterSeconds`. */
export async function signIn(
  ctx: Context,
  input: z.input<typeof signInInput>,
): Promise<{ actor: Actor; sessionId: string }> {
  const { password, address, userAgent, ...given } = parse(signInInput, input)
  const email = given.email.trim().toLowerCase()
  const pair = await refuseTooMany(ctx, email, address)
  // What can't be an address is nobody's, after the same work.
  const isAddress = emailText.safeParse(email).success
  const user = isAddress ? await store.findUserByEmail(ctx.db.prisma, email) : null
  if (!(await isPassword(password, user?.passwordHash ?? null)) || !user)
    throw new PanelError('unauthenticated', 'The e-mail address or the password is wrong.')
  await forgetAttempts(ctx.db, pair)
  const actor = actorOfUser(user)
  return change(ctx, actor, async ({ tx, audit }) => {
    const expiresAt = new Date(Date.now() + sessionDays * 86_400_000)
    const session = await store.insertSession(tx, { userId: user.id, address, userAgent, expiresAt })
    await audit('session.begin', `session:${session.id}`, null, { address })
    return { actor, sessionId: session.id }
  })
}

// Each attempt counts before the password is looked at, so that many at once don't slip through.
async function refuseTooMany(ctx: Context, email: string, address: string): Promise<string> {
  const key = (...parts: string[]): string =>
    `sign-in:${createHash('sha256').update(JSON.stringify(parts)).digest('hex')}`
  const pair = key('pair', address, email)
  const counters = [
    [pair, limits.pair],
    [key('address', address), limits.address],
    [key('account', email), limits.account],
  ] as const
  for (const [counter, limit] of counters) {
    const { allowed, retryAfterSeconds } = await countAttempt(ctx.db, counter, limit, windowSeconds)
    // What one limit refuses isn't counted by the next: else one address could use up the account's, and lock everyone out.
    if (!allowed) throw tooMany(retryAfterSeconds)
  }
  return pair
}

function tooMany(retryAfterSeconds: number): PanelError {
  const minutes = Math.ceil(retryAfterSeconds / 60)
  return new PanelError('too_many', `Too many attempts. Try again in ${minutes} min.`, { retryAfterSeconds })
}

/** Who a session belongs to, or null when it has ended, expired or never was. */
export async function readSession(ctx: Context, sessionId: string): Promise<Actor | null> {
  if (!z.uuid().safeParse(sessionId).success) return null
  const now = new Date()
  const session = await store.findLiveSession(ctx.db.prisma, sessionId, now)
  if (!session) return null
  if (now.getTime() - session.seenAt.getTime() > seenEveryMs) await store.touchSession(ctx.db.prisma, session.id, now)
  return actorOfUser(session.user)
}

/** One's own living sessions; `current` is the id of the one that asks. */
export async function listSessions(
  ctx: Context,
  actor: Actor,
  input: { current?: string } = {},
): Promise<SessionView[]> {
  const sessions = await store.findLiveSessions(ctx.db.prisma, personOf(actor), new Date())
  return sessions.map((session) => ({
    id: session.id,
    address: session.address,
    userAgent: session.userAgent,
    createdAt: session.createdAt.toISOString(),
    seenAt: session.seenAt.toISOString(),
    expiresAt: session.expiresAt.toISOString(),
    isCurrent: session.id === input.current,
  }))
}

/** Ends one of one's own sessions at once. PanelError not_found. */
export async function endSession(ctx: Context, actor: Actor, input: z.input<typeof byId>): Promise<null> {
  const { id } = parse(byId, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    if (!(await store.markSessionEnded(tx, id, personOf(actor), new Date()))) throw missing('session')
    await audit('session.end', `session:${id}`, null)
    return null
  })
}

export async function listTokens(ctx: Context, actor: Actor): Promise<TokenView[]> {
  return (await store.findTokens(ctx.db.prisma, personOf(actor))).map(tokenView)
}

/** `secret` (`fl_…`) is shown this once; only its hash is kept. PanelError: invalid, forbidden (a role above one's own). */
export async function createToken(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof tokenInput>,
): Promise<{ token: TokenView; secret: string }> {
  const wanted = parse(tokenInput, input)
  return insertToken(ctx, actor, personOf(actor), wanted)
}

/** The same for someone at the server's own console: the token belongs to the owner. PanelError not_found: no owner yet. */
export async function createTokenOnConsole(
  ctx: Context,
  input: z.input<typeof tokenInput>,
): Promise<{ token: TokenView; secret: string }> {
  const wanted = parse(tokenInput, input)
  const owner = await ctx.db.prisma.user.findFirst({ where: { role: 'owner' }, orderBy: { createdAt: 'asc' } })
  if (!owner) throw new PanelError('not_found', 'There is no owner yet. Create one first.')
  return insertToken(ctx, systemActor('console'), owner.id, wanted)
}

async function insertToken(ctx: Context, actor: Actor, userId: string, wanted: z.output<typeof tokenInput>) {
  const greatest = greatestRole(actor)
  if (lesserRole(wanted.role, greatest) !== wanted.role)
    throw new PanelError('forbidden', `A token may not do more than you: at most “${greatest}”.`)
  const secret = `fl_${randomToken()}`
  return change(ctx, actor, async ({ tx, audit }) => {
    const row = await store.insertToken(tx, {
      userId,
      name: wanted.name,
      role: wanted.role,
      hash: tokenHash(secret),
      prefix: secret.slice(0, 8),
      expiresAt: wanted.expiresAt ? new Date(wanted.expiresAt) : null,
    })
    await audit('token.create', `token:${row.id}`, null, { name: row.name, role: row.role })
    return { token: tokenView(row), secret }
  })
}

/** Ends one of one's own tokens at once. PanelError not_found. */
export async function revokeToken(ctx: Context, actor: Actor, input: z.input<typeof byId>): Promise<null> {
  const { id } = parse(byId, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    if (!(await store.markTokenRevoked(tx, id, personOf(actor), new Date()))) throw missing('token')
    await audit('token.revoke', `token:${id}`, null)
    return null
  })
}

/** Who a bearer token stands for. PanelError unauthenticated, whatever is wrong with it. */
export async function actorOfToken(ctx: Context, bearer: string): Promise<Actor> {
  const now = new Date()
  const token = /^fl_[\w-]{43}$/.test(bearer) ? await store.findLiveToken(ctx.db.prisma, tokenHash(bearer), now) : null
  if (!token) throw new PanelError('unauthenticated', 'The token is not valid, was revoked or has expired.')
  if (!token.usedAt || now.getTime() - token.usedAt.getTime() > seenEveryMs)
    await store.touchToken(ctx.db.prisma, token.id, now)
  return {
    kind: 'token',
    id: token.id,
    name: token.name,
    ...boundTo(token),
  }
}

/** In each place the lesser of the token's role and its person's; with a project of its own, in that one place. */
function boundTo({ role: given, projectId, user }: store.PersonToken): Pick<Actor, 'role' | 'projects'> {
  const most = role.parse(given)
  const person = actorOfUser(user)
  if (projectId !== null) {
    const there = lesserRole(most, roleIn(person, projectId))
    return { role: 'member', projects: there === 'member' ? {} : { [projectId]: there } }
  }
  const projects = Object.entries(person.projects).map(([id, one]) => [id, lesserRole(most, one)])
  return { role: lesserRole(most, person.role), projects: Object.fromEntries(projects) as Record<string, Role> }
}

// A token must not make tokens or end sessions: one that leaked could make itself permanent.
function personOf(actor: Actor): string {
  if (actor.kind === 'user') return actor.id
  throw new PanelError('forbidden', 'Only a person who is signed in may do this.')
}

function tokenView(token: store.Token): TokenView {
  return {
    id: token.id,
    name: token.name,
    prefix: token.prefix,
    role: role.parse(token.role) satisfies Role,
    createdAt: token.createdAt.toISOString(),
    usedAt: token.usedAt?.toISOString() ?? null,
    expiresAt: token.expiresAt?.toISOString() ?? null,
  }
}
