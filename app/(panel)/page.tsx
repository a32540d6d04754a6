import type { Metadata } from 'next'
import Link from 'next/link'
import { redirect } from 'next/navigation'
import type { ReactNode } from 'react'
import { Empty } from '@/components/empty.tsx'
import { EnvironmentGroups } from '@/components/environment/environment-groups.tsx'
import { EnvironmentPages } from '@/components/environment/environment-pages.tsx'
import { EnvironmentSearch } from '@/components/environment/environment-search.tsx'
import { LiveRefresh } from '@/components/live-refresh.tsx'
import { PageHeader } from '@/components/page-header.tsx'
import { buttonStyle } from '@/components/style.ts'
import { may, mayAnywhere } from '@/lib/access.ts'
import { readOverview } from '@/lib/panel/overview.ts'
import { load, pageActor } from '@/lib/web/page.ts'

export const metadata: Metadata = { title: 'Environments' }

type PageProps = { searchParams: Promise<{ q?: string; page?: string }> }

/** From so many environments on there is a field to find one. */
const many = 8

export default async function OverviewPage({ searchParams }: PageProps) {
  const { q: search = '', page } = await searchParams
  const [actor, overview] = await Promise.all([pageActor(), load(readOverview, { search, page })])
  if (overview.total === 0 && may(actor, 'configure', null)) redirect('/start')
  const make = mayAnywhere(actor, 'configure') && (
    <Link href="/environments/new" className={buttonStyle.plain}>
      Make an environment
    </Link>
  )
  if (overview.total === 0) return <Nothing make={make} />
  const { failed, running, well } = overview.counts
  return (
    <>
      <PageHeader title="Environments">
        <LiveRefresh />
        {make}
      </PageHeader>
      {overview.total > many && <EnvironmentSearch search={search} found={failed + running + well} />}
      <EnvironmentGroups overview={overview} />
      <EnvironmentPages page={overview.page} pages={overview.pages} search={search} />
    </>
  )
}

/** For members to whom no environment is open yet. */
function Nothing({ make }: { make: ReactNode }) {
  return (
    <>
      <PageHeader title="Environments" />
      <Empty title="No environments yet" action={make}>
        Environments of the projects that you belong to stand here, with what is live in each.
      </Empty>
    </>
  )
}
