// Users and their sessions.
import type { Prisma, Session, Token, User } from './generated/client.ts'
import type { Reader } from './reader.ts'

export type { Session, User }
const parts = { memberships: true } as const
/** A user with the roles in single projects. */
export type Person = Prisma.UserGetPayload<{ include: typeof parts }>
export type PersonToken = Token & { user: Person }

export function findUserByEmail(reader: Reader, email: string): Promise<Person | null> {
  return reader.user.findUnique({ where: { email }, include: parts })
}

export function findPerson(reader: Reader, id: string): Promise<Person | null> {
  return reader.user.findUnique({ where: { id }, include: parts })
}

export function insertUser(
  reader: Reader,
  user: { email: string; name: string; passwordHash: string; role: string },
): Promise<User> {
  return reader.user.create({ data: user })
}

/** Password and second step. */
export async function changeUser(
  reader: Reader,
  id: string,
  fields: { passwordHash?: string; totpSecret?: Uint8Array<ArrayBuffer> | null; totpAt?: Date | null },
): Promise<void> {
  await reader.user.update({ where: { id }, data: fields })
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

/** All living sessions of the user but `kept`; how many there were. */
export async function markOthersEnded(
  reader: Reader,
  userId: string,
  kept: string | undefined,
  now: Date,
): Promise<number> {
  const others = kept === undefined ? {} : { id: { not: kept } }
  const { count } = await reader.session.updateMany({
    where: { userId, endedAt: null, ...others },
    data: { endedAt: now },
  })
  return count
}
