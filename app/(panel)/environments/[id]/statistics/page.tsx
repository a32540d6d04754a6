import { EnvironmentFrame } from '@/components/environment/environment-frame.tsx'
import { Statistics } from '@/components/plots/statistics.tsx'
import { getEnvironment } from '@/lib/panel/environments.ts'
import { readStatistics } from '@/lib/panel/statistics.ts'
import { load } from '@/lib/web/page.ts'

type PageProps = { params: Promise<{ id: string }>; searchParams: Promise<{ weeks?: string }> }

export default async function StatisticsPage({ params, searchParams }: PageProps) {
  const [{ id }, { weeks }] = [await params, await searchParams]
  const environment = await load(getEnvironment, { id })
  const statistics = await load(readStatistics, { environmentId: id, weeks })
  return (
    <>
      <EnvironmentFrame environment={environment} tab="statistics" />
      <Statistics statistics={statistics} environmentId={id} />
    </>
  )
}
