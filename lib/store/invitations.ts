// Invitations: kept as hashes of their secrets, open until they are used, revoked or too old.
import type { Invitation, Prisma } from './generated/client.ts'
import type { Reader } from './reader.ts'

export type { Invitation }

const open = (now: Date): Prisma.InvitationWhereInput => ({ usedAt: null, revokedAt: null, expiresAt: { gt: now } })

/** Newest first; with `email` those to that address. */
export function findOpenInvitations(reader: Reader, now: Date, email?: string): Promise<Invitation[]> {
  const where = { AND: [open(now), email === undefined ? {} : { email }] }
  return reader.invitation.findMany({ where, orderBy: { createdAt: 'desc' } })
}

export function findOpenInvitation(
  reader: Reader,
  by: { id: string } | { hash: string },
  now: Date,
): Promise<Invitation | null> {
  return reader.invitation.findFirst({ where: { AND: [by, open(now)] } })
}

export function insertInvitation(
  reader: Reader,
  fields: Omit<Invitation, 'id' | 'createdAt' | 'usedAt' | 'revokedAt' | 'projects'> & {
    projects: Prisma.InputJsonValue
  },
): Promise<Invitation> {
  return reader.invitation.create({ data: fields })
}

/** False when it isn't open any more: of two at once, one uses it. */
export async function markInvitation(
  reader: Reader,
  id: string,
  as: 'usedAt' | 'revokedAt',
  now: Date,
): Promise<boolean> {
  const { count } = await reader.invitation.updateMany({ where: { AND: [{ id }, open(now)] }, data: { [as]: now } })
  return count === 1
}
