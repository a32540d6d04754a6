import type { Metadata } from 'next'
import Link from 'next/link'
import { redirect } from 'next/navigation'
import { EnvironmentForm } from '@/components/environment/environment-form.tsx'
import { PageHeader } from '@/components/page-header.tsx'
import { buttonStyle, cardStyle } from '@/components/style.ts'
import { listProjects } from '@/lib/panel/projects.ts'
import { listServers } from '@/lib/panel/servers.ts'
import { load } from '@/lib/web/page.ts'

export const metadata: Metadata = { title: 'Make an environment' }

export default async function NewEnvironmentPage({ searchParams }: { searchParams: Promise<{ project?: string }> }) {
  const [projects, servers, { project }] = await Promise.all([
    load(listProjects, {}),
    load(listServers, {}),
    searchParams,
  ])
  if (servers.length === 0) redirect('/servers/new')
  if (projects.length === 0) redirect('/projects/new')
  return (
    <div className="mx-auto max-w-2xl">
      <PageHeader title="Make an environment" trail={[{ href: '/', name: 'Environments' }]}>
        <Link href="/projects/new" className={buttonStyle.plain}>
          Another project
        </Link>
      </PageHeader>
      <div className={`${cardStyle} p-5`}>
        <EnvironmentForm projects={projects} servers={servers} project={project} deploys={false} />
      </div>
    </div>
  )
}
