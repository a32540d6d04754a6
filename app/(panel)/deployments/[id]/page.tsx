import type { Metadata } from 'next'
import { DeploymentScreen } from '@/components/deployment/deployment-screen.tsx'
import { firstChunks, logAddress } from '@/components/deployment/log-address.ts'
import type { RunView } from '@/lib/api/shapes.ts'
import { getDeployment } from '@/lib/panel/deployments.ts'
import { listRuns } from '@/lib/panel/runs.ts'
import { load } from '@/lib/web/page.ts'

export const metadata: Metadata = { title: 'Deployment' }

export default async function DeploymentPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  const detail = await load(getDeployment, { id })
  const { environmentId } = detail
  const runs = detail.finishedAt ? [] : await load(listRuns, { environmentId, days: 90, limit: 20 })
  return (
    <>
      {/* The browser asks for the log while it still reads the page's scripts, which would do so half a second later. */}
      <link rel="preload" as="fetch" crossOrigin="anonymous" href={logAddress(id, '0', firstChunks)} />
      <DeploymentScreen key={id} detail={detail} usualMs={usual(runs)} />
    </>
  )
}

/** The middle one of the times that succeeded runs took. */
function usual(runs: readonly RunView[]): number | null {
  const times = runs
    .flatMap(({ status, durationMs }) => (status === 'succeeded' && durationMs !== null ? [durationMs] : []))
    .sort((a, b) => a - b)
  return times[times.length >> 1] ?? null
}
