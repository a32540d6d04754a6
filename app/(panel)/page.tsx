import type { Metadata } from 'next'
import Link from 'next/link'
import { redirect } from 'next/navigation'
import { EnvironmentRow } from '@/components/environment/environment-row.tsx'
import { LiveRefresh } from '@/components/live-refresh.tsx'
import { PageHeader } from '@/components/page-header.tsx'
import { buttonStyle, cardStyle } from '@/components/style.ts'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { listEnvironments } from '@/lib/panel/environments.ts'
import { load } from '@/lib/web/page.ts'

export const metadata: Metadata = { title: 'Environments' }

/** What needs a person first: failed, then running, then what changed last. */
function urgency({ last, running }: EnvironmentView): number {
  return last?.status === 'failed' && !running ? 0 : running ? 1 : 2
}
const lastChange = ({ last, createdAt }: EnvironmentView) => last?.createdAt ?? createdAt

export default async function OverviewPage() {
  const environments = await load(listEnvironments, {})
  if (environments.length === 0) redirect('/start')
  const sorted = environments.toSorted((a, b) => urgency(a) - urgency(b) || lastChange(b).localeCompare(lastChange(a)))
  return (
    <>
      <PageHeader title="Environments">
        <LiveRefresh />
        <Link href="/environments/new" className={buttonStyle.plain}>Make an environment</Link>
      </PageHeader>
      <ul className={`${cardStyle} divide-y`}>
        {sorted.map((environment) => (
          <EnvironmentRow key={environment.id} environment={environment} />
        ))}
      </ul>
    </>
  )
}
