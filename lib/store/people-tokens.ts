// Tokens of the API: kept as hashes of their secrets.
import type { Prisma, Token } from './generated/client.ts'
import type { PersonToken } from './people.ts'
import type { Reader } from './reader.ts'

const parts = { project: { select: { id: true, name: true } } } as const
export type TokenRow = Prisma.TokenGetPayload<{ include: typeof parts }>

export function insertToken(
  reader: Reader,
  token: Pick<Token, 'userId' | 'name' | 'hash' | 'prefix' | 'role' | 'projectId' | 'expiresAt'>,
): Promise<TokenRow> {
  return reader.token.create({ data: token, include: parts })
}

/** The token with its user, unless it was revoked or has expired. */
export function findLiveToken(reader: Reader, hash: string, now: Date): Promise<PersonToken | null> {
  return reader.token.findFirst({
    where: { hash, revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] },
    include: { user: { include: { memberships: true } } },
  })
}

export async function touchToken(reader: Reader, id: string, now: Date): Promise<void> {
  await reader.token.updateMany({ where: { id }, data: { usedAt: now } })
}

export function findTokens(reader: Reader, userId: string): Promise<TokenRow[]> {
  return reader.token.findMany({ where: { userId, revokedAt: null }, include: parts, orderBy: { createdAt: 'desc' } })
}

/** False when there is no such token of that user. */
export async function markTokenRevoked(reader: Reader, id: string, userId: string, now: Date): Promise<boolean> {
  const { count } = await reader.token.updateMany({ where: { id, userId, revokedAt: null }, data: { revokedAt: now } })
  return count === 1
}

export async function projectExists(reader: Reader, id: string): Promise<boolean> {
  return (await reader.project.count({ where: { id } })) > 0
}
