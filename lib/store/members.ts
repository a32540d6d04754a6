// People as members: roles in the panel and in projects, and how many owners there are.
import type { Prisma } from './generated/client.ts'
import type { Reader } from './reader.ts'
import { lockByName } from './settings.ts'

const parts = {
  memberships: { include: { project: { select: { name: true } } }, orderBy: { createdAt: 'asc' } },
  sessions: { select: { seenAt: true }, orderBy: { seenAt: 'desc' }, take: 1 },
} satisfies Prisma.UserInclude
export type MemberRow = Prisma.UserGetPayload<{ include: typeof parts }>

/** Oldest first; with `projects` only those who have a role in one of them. */
export function findMembers(reader: Reader, projects: string[] | null): Promise<MemberRow[]> {
  return reader.user.findMany({
    where: projects === null ? {} : { memberships: { some: { projectId: { in: projects } } } },
    include: parts,
    orderBy: { createdAt: 'asc' },
  })
}

export function findMember(reader: Reader, id: string): Promise<MemberRow | null> {
  return reader.user.findUnique({ where: { id }, include: parts })
}

/** Puts everyone who changes roles in line: else two owners could demote each other at once. */
export function lockMembers(reader: Reader): Promise<void> {
  return lockByName(reader, 'members')
}

export function countOwners(reader: Reader): Promise<number> {
  return reader.user.count({ where: { role: 'owner' } })
}

export async function setPanelRole(reader: Reader, id: string, role: string): Promise<void> {
  await reader.user.update({ where: { id }, data: { role } })
}

/** `role` null takes it away. */
export async function setProjectRole(
  reader: Reader,
  userId: string,
  projectId: string,
  role: string | null,
): Promise<void> {
  if (role === null) await reader.membership.deleteMany({ where: { userId, projectId } })
  else
    await reader.membership.upsert({
      where: { userId_projectId: { userId, projectId } },
      create: { userId, projectId, role },
      update: { role },
    })
}

/** Names by id; those that do not exist are absent. */
export async function findProjectNames(reader: Reader, ids: string[]): Promise<Map<string, string>> {
  const rows = await reader.project.findMany({ where: { id: { in: ids } }, select: { id: true, name: true } })
  return new Map(rows.map(({ id, name }) => [id, name]))
}

/** Sessions, tokens and memberships go with the row. */
export async function deleteMember(reader: Reader, id: string): Promise<void> {
  await reader.user.delete({ where: { id } })
}

/** Tells every web process that somebody's rights changed, once the transaction is over: open streams ask again. */
export async function tellAccess(reader: Reader): Promise<void> {
  await reader.$executeRaw`SELECT pg_notify('fairlead_access', '')`
}
