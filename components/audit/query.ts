// The filter of the audit as it stands in the address.
export type AuditQuery = Partial<Record<'actor' | 'action' | 'projectId' | 'from' | 'to' | 'cursor', string>>

/** The address of the same filter with `more`; a page's beginning isn't kept. */
export function auditHref({ cursor: _, ...query }: AuditQuery, more: Record<string, string> = {}, path = '/audit') {
  return `${path}?${new URLSearchParams({ ...query, ...more })}`
}
