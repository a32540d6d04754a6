import type { Metadata } from 'next'
import Link from 'next/link'
import { redirect } from 'next/navigation'
import { EnvironmentGroups } from '@/components/environment/environment-groups.tsx'
import { EnvironmentPages } from '@/components/environment/environment-pages.tsx'
import { EnvironmentSearch } from '@/components/environment/environment-search.tsx'
import { LiveRefresh } from '@/components/live-refresh.tsx'
import { PageHeader } from '@/components/page-header.tsx'
import { buttonStyle } from '@/components/style.ts'
import { readOverview } from '@/lib/panel/overview.ts'
import { load } from '@/lib/web/page.ts'

export const metadata: Metadata = { title: 'Environments' }

type PageProps = { searchParams: Promise<{ q?: string; page?: string }> }

/** From so many environments on there is a field to find one. */
const many = 8

export default async function OverviewPage({ searchParams }: PageProps) {
  const { q: search = '', page } = await searchParams
  const overview = await load(readOverview, { search, page })
  if (overview.total === 0) redirect('/start')
  const { failed, running, well } = overview.counts
  return (
    <>
      <PageHeader title="Environments">
        <LiveRefresh />
        <Link href="/environments/new" className={buttonStyle.plain}>
          Make an environment
        </Link>
      </PageHeader>
      {overview.total > many && <EnvironmentSearch search={search} found={failed + running + well} />}
      <EnvironmentGroups overview={overview} />
      <EnvironmentPages page={overview.page} pages={overview.pages} search={search} />
    </>
  )
}
