import { CompareScreen } from '@/components/environment/compare-screen.tsx'
import { PageHeader } from '@/components/page-header.tsx'
import { listReleases } from '@/lib/panel/deployments.ts'
import { getEnvironment } from '@/lib/panel/environments.ts'
import { load } from '@/lib/web/page.ts'

type PageProps = { params: Promise<{ id: string }>; searchParams: Promise<{ from?: string; to?: string }> }

export default async function ComparePage({ params, searchParams }: PageProps) {
  const [{ id }, asked] = [await params, await searchParams]
  const [environment, releases] = await Promise.all([
    load(getEnvironment, { id }),
    load(listReleases, { environmentId: id }),
  ])
  const known = (text: string | undefined) => releases.find(({ number }) => String(number) === text)?.number
  const to = known(asked.to) ?? environment.live?.number ?? releases[0]?.number
  const from = known(asked.from) ?? releases.find(({ number }) => number !== to)?.number
  return (
    <>
      <title>{`Compare releases · ${environment.project} ${environment.name} · Fairlead`}</title>
      <PageHeader
        title="Compare releases"
        trail={[
          { href: '/', name: 'Environments' },
          { href: `/environments/${id}`, name: `${environment.project} / ${environment.name}` },
        ]}
      />
      <CompareScreen environmentId={id} releases={releases} pair={from && to ? { from, to } : null} />
    </>
  )
}
