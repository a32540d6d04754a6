import type { Metadata } from 'next'
import { DeploymentScreen } from '@/components/deployment/deployment-screen.tsx'
import { getDeployment } from '@/lib/panel/deployments.ts'
import { load } from '@/lib/web/page.ts'

export const metadata: Metadata = { title: 'Deployment' }

export default async function DeploymentPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  const detail = await load(getDeployment, { id })
  return <DeploymentScreen key={id} detail={detail} />
}
