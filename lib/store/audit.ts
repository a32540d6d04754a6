// Who did what. Written in the transaction of the change itself: no change without its entry, no entry without its change.
import type { AuditEntry, Prisma } from './generated/client.ts'
import type { Reader } from './reader.ts'

export type { AuditEntry }

/** `actor` as `user:<id>`; `action` as `noun.verb`; `subject` as `noun:<id>`; `data` never holds a secret. */
export type AuditRecord = {
  actor: string
  actorName: string
  action: string
  subject: string
  /** The project that it is about; null = the panel itself. */
  projectId: string | null
  data: Prisma.InputJsonObject
}

export async function recordAudit(reader: Reader, record: AuditRecord): Promise<void> {
  await reader.auditEntry.create({ data: record })
}

export type AuditFilter = {
  /** Any of these. */
  actors?: string[]
  action?: { equals: string } | { startsWith: string }
  /** Entries about one of these; null = all, those about the panel included. */
  projects: string[] | null
  from?: Date
  /** Not included. */
  until?: Date
  /** Older than the entry of this id. */
  before?: bigint
}

/** Newest first. */
export function findAudit(reader: Reader, filter: AuditFilter, limit: number): Promise<AuditEntry[]> {
  const { actors, action, projects, from, until, before } = filter
  return reader.auditEntry.findMany({
    where: {
      ...(actors ? { actor: { in: actors } } : {}),
      ...(action ? { action } : {}),
      ...(projects === null ? {} : { projectId: { in: projects } }),
      ...(before === undefined ? {} : { id: { lt: before } }),
      at: { ...(from ? { gte: from } : {}), ...(until ? { lt: until } : {}) },
    },
    orderBy: { id: 'desc' },
    take: limit,
  })
}

/** `user:<id>` and all tokens that the person ever had and still has a row of. */
export async function actorsOf(reader: Reader, userId: string): Promise<string[]> {
  const tokens = await reader.token.findMany({ where: { userId }, select: { id: true } })
  return [`user:${userId}`, ...tokens.map(({ id }) => `token:${id}`)]
}
