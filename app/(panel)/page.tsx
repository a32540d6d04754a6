import type { Metadata } from 'next'
import Link from 'next/link'
import { redirect } from 'next/navigation'
import { EnvironmentGroups } from '@/components/environment/environment-groups.tsx'
import { LiveRefresh } from '@/components/live-refresh.tsx'
import { PageHeader } from '@/components/page-header.tsx'
import { buttonStyle } from '@/components/style.ts'
import { listEnvironments } from '@/lib/panel/environments.ts'
import { listRuns } from '@/lib/panel/runs.ts'
import { load } from '@/lib/web/page.ts'

export const metadata: Metadata = { title: 'Environments' }

export default async function OverviewPage() {
  const [environments, runs] = await Promise.all([load(listEnvironments, {}), load(listRuns, { days: 30, limit: 20 })])
  if (environments.length === 0) redirect('/start')
  return (
    <>
      <PageHeader title="Environments">
        <LiveRefresh />
        <Link href="/environments/new" className={buttonStyle.plain}>
          Make an environment
        </Link>
      </PageHeader>
      <EnvironmentGroups environments={environments} runs={runs} />
    </>
  )
}
