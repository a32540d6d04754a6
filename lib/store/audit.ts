// Who did what. Written in the transaction of the change itself: no change without its entry, no entry without its change.
import type { Reader } from './reader.ts'
import type { Prisma } from './generated/client.ts'

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
