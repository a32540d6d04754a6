import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound, redirect } from 'next/navigation'
import { EnvironmentForm } from '@/components/environment/environment-form.tsx'
import { PageHeader } from '@/components/page-header.tsx'
import { buttonStyle, cardStyle } from '@/components/style.ts'
import { listProjects } from '@/lib/panel/projects.ts'
import { listServerChoices } from '@/lib/panel/servers.ts'
import { may } from '@/lib/access.ts'
import { load, pageActor } from '@/lib/web/page.ts'

export const metadata: Metadata = { title: 'Make an environment' }

export default async function NewEnvironmentPage({ searchParams }: { searchParams: Promise<{ project?: string }> }) {
  const [actor, seen, servers, { project }] = await Promise.all([
    pageActor(),
    load(listProjects, {}),
    load(listServerChoices, {}),
    searchParams,
  ])
  const projects = seen.filter(({ can }) => can.configure)
  const ownsPanel = may(actor, 'configure', null)
  if (projects.length === 0 && !ownsPanel) notFound()
  if (servers.length === 0 && ownsPanel) redirect('/servers/new')
  if (projects.length === 0) redirect('/projects/new')
  return (
    <div className="mx-auto max-w-2xl">
      <PageHeader title="Make an environment" trail={[{ href: '/', name: 'Environments' }]}>
        {ownsPanel && (
          <Link href="/projects/new" className={buttonStyle.plain}>
            Another project
          </Link>
        )}
      </PageHeader>
      <div className={`${cardStyle} p-5`}>
        {servers.length > 0 ? (
          <EnvironmentForm projects={projects} servers={servers} project={project} deploys={false} />
        ) : (
          <p>
            None of your projects has a server yet. Ask an admin of the panel to make the first environment of one;
            further ones can be made here, on its servers.
          </p>
        )}
      </div>
    </div>
  )
}
