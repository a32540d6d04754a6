// Tokens of the API: each acts for its person, at most with its own role, in one project or wherever the person may.
import type { z } from 'zod'
import { greatestRole, isWithin, lesserRole, sees, type Actor, type Role } from '@/lib/access.ts'
import type { nothing } from '@/lib/api/inputs.ts'
import { byId, tokenInput } from '@/lib/api/inputs.ts'
import type { TokenView } from '@/lib/api/shapes.ts'
import { PanelError } from '@/lib/errors.ts'
import { randomToken, tokenHash } from '@/lib/secrets.ts'
import * as store from '@/lib/store/people-tokens.ts'
import { tellAccess } from '@/lib/store/members.ts'
import { change, invalid, missing, parse } from './act.ts'
import { systemActor, type Context } from './context.ts'
import { actorOfTokenRow, personOf } from './people-actor.ts'

const usedEveryMs = 60_000

/** One's own. PanelError forbidden. */
export async function listTokens(
  ctx: Context,
  actor: Actor,
  _input: z.input<typeof nothing> = {},
): Promise<TokenView[]> {
  return (await store.findTokens(ctx.db.prisma, personOf(actor))).map(tokenView)
}

/** `secret` (`fl_…`) is shown this once; only its hash is kept. PanelError: invalid, not_found, forbidden (a role above one's own). */
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
  const projectId = wanted.projectId ?? null
  if (projectId !== null && !sees(actor, projectId)) throw missing('project')
  const isTooMuch =
    projectId === null
      ? lesserRole(wanted.role, greatestRole(actor)) !== wanted.role
      : !isWithin(actor, wanted.role, projectId)
  if (isTooMuch) throw new PanelError('forbidden', 'A token may not do more than you may.', { role: wanted.role })
  const secret = `fl_${randomToken()}`
  return change(ctx, actor, async ({ tx, audit }) => {
    if (projectId !== null && !(await store.projectExists(tx, projectId)))
      throw invalid('projectId', 'There is no such project.')
    const row = await store.insertToken(tx, {
      userId,
      name: wanted.name,
      role: wanted.role,
      projectId,
      hash: tokenHash(secret),
      prefix: secret.slice(0, 8),
      expiresAt: wanted.expiresAt ? new Date(wanted.expiresAt) : null,
    })
    await audit('token.create', `token:${row.id}`, projectId, { name: row.name, role: row.role })
    return { token: tokenView(row), secret }
  })
}

/** Ends one of one's own tokens and its streams at once. PanelError: not_found, forbidden. */
export async function revokeToken(ctx: Context, actor: Actor, input: z.input<typeof byId>): Promise<null> {
  const { id } = parse(byId, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    if (!(await store.markTokenRevoked(tx, id, personOf(actor), new Date()))) throw missing('token')
    await audit('token.revoke', `token:${id}`, null)
    await tellAccess(tx)
    return null
  })
}

/** Who a bearer token stands for. PanelError unauthenticated, whatever is wrong with it. */
export async function actorOfToken(ctx: Context, bearer: string): Promise<Actor> {
  const now = new Date()
  const token = /^fl_[\w-]{43}$/.test(bearer) ? await store.findLiveToken(ctx.db.prisma, tokenHash(bearer), now) : null
  if (!token) throw new PanelError('unauthenticated', 'The token is not valid, was revoked or has expired.')
  if (!token.usedAt || now.getTime() - token.usedAt.getTime() > usedEveryMs)
    await store.touchToken(ctx.db.prisma, token.id, now)
  return actorOfTokenRow(token)
}

function tokenView(token: store.TokenRow): TokenView {
  return {
    id: token.id,
    name: token.name,
    prefix: token.prefix,
    // Parsed when it was written.
    role: token.role as Role,
    project: token.project,
    createdAt: token.createdAt.toISOString(),
    usedAt: token.usedAt?.toISOString() ?? null,
    expiresAt: token.expiresAt?.toISOString() ?? null,
  }
}
