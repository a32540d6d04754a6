import type { Metadata } from 'next'
import { AuditFilter } from '@/components/audit/audit-filter.tsx'
import { AuditTable } from '@/components/audit/audit-table.tsx'
import { auditHref, type AuditQuery } from '@/components/audit/query.ts'
import { buttonStyle } from '@/components/style.ts'
import { PageHeader } from '@/components/page-header.tsx'
import { may } from '@/lib/access.ts'
import { listAudit } from '@/lib/panel/audit.ts'
import { listMembers } from '@/lib/panel/members.ts'
import { listProjects } from '@/lib/panel/projects.ts'
import { load, pageActor } from '@/lib/web/page.ts'

export const metadata: Metadata = { title: 'Audit' }

type Asked = { searchParams: Promise<Record<string, string | string[] | undefined>> }

export default async function AuditPage({ searchParams }: Asked) {
  const actor = await pageActor()
  const query = Object.fromEntries(
    Object.entries(await searchParams).filter(([, value]) => typeof value === 'string' && value !== ''),
  ) as AuditQuery
  const [page, members, projects] = await Promise.all([
    load(listAudit, query),
    load(listMembers, {}),
    load(listProjects, {}),
  ])
  const seen = projects.filter(({ id }) => may(actor, 'configure', id)).map(({ id, name }) => ({ id, name }))
  return (
    <>
      <PageHeader title="Audit">
        <a href={auditHref(query, { format: 'csv' }, '/audit/export')} className={buttonStyle.plain} download>
          Export as CSV
        </a>
        <a href={auditHref(query, { format: 'jsonl' }, '/audit/export')} className={buttonStyle.plain} download>
          JSON lines
        </a>
      </PageHeader>
      <AuditFilter query={query} members={members.map(({ id, name }) => ({ id, name }))} projects={seen} />
      <AuditTable page={page} query={query} />
    </>
  )
}
