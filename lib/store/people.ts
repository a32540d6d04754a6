// Users, their sessions and their tokens.
import type { Prisma, Session, Token, User } from './generated/client.ts'
import type { Reader } from './reader.ts'

export type { Session, Token, User }
const parts = { memberships: true } as const
/** A user with the roles in single projects. */
export type Person = Prisma.UserGetPayload<{ include: typeof parts }>
export type PersonToken = Token & { user: Person }

export function findUserByEmail(reader: Reader, email: string): Promise<Person | null> {
  return reader.user.findUnique({ where: { email }, include: parts })
}

export function insertUser(
  reader: Reader,
  user: { email: string; name: string; passwordHash: string; role: string },
): Promise<User> {
  return reader.user.create({ data: user })
}

export function insertSession(
  reader: Reader,
  session: { userId: string; address: string; userAgent: string; expiresAt: Date },
): Promise<Session> {
  return reader.session.create({ data: session })
}

/** The session with its user, unless it has ended or expired. */
export function findLiveSession(reader: Reader, id: string, now: Date): Promise<(Session & { user: Person }) | null> {
  return reader.session.findFirst({
    where: { id, endedAt: null, expiresAt: { gt: now } },
    include: { user: { include: parts } },
  })
}

export async function touchSession(reader: Reader, id: string, now: Date): Promise<void> {
  await reader.session.updateMany({ where: { id }, data: { seenAt: now } })
}

export function findLiveSessions(reader: Reader, userId: string, now: Date): Promise<Session[]> {
  return reader.session.findMany({
    where: { userId, endedAt: null, expiresAt: { gt: now } },
    orderBy: { seenAt: 'desc' },
  })
}

/** False when there is no such living session of that user. */
export async function markSessionEnded(reader: Reader, id: string, userId: string, now: Date): Promise<boolean> {
  const { count } = await reader.session.updateMany({ where: { id, userId, endedAt: null }, data: { endedAt: now } })
  return count === 1
}

export function insertToken(
  reader: Reader,
  token: { userId: string; name: string; hash: string; prefix: string; role: string; expiresAt: Date | null },
): Promise<Token> {
  return reader.token.create({ data: token })
}

/** The token with its user, unless it was revoked or has expired. */
export function findLiveToken(reader: Reader, hash: string, now: Date): Promise<PersonToken | null> {
  return reader.token.findFirst({
    where: { hash, revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] },
    include: { user: { include: parts } },
  })
}

export async function touchToken(reader: Reader, id: string, now: Date): Promise<void> {
  await reader.token.updateMany({ where: { id }, data: { usedAt: now } })
}

export function findTokens(reader: Reader, userId: string): Promise<Token[]> {
  return reader.token.findMany({ where: { userId, revokedAt: null }, orderBy: { createdAt: 'desc' } })
}

/** False when there is no such token of that user. */
export async function markTokenRevoked(reader: Reader, id: string, userId: string, now: Date): Promise<boolean> {
  const { count } = await reader.token.updateMany({ where: { id, userId, revokedAt: null }, data: { revokedAt: now } })
  return count === 1
}
