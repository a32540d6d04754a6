import type { Metadata } from 'next'
import Link from 'next/link'
import { redirect } from 'next/navigation'
import { EnvironmentForm } from '@/components/environment/environment-form.tsx'
import { PageHeader } from '@/components/page-header.tsx'
import { ProjectForm } from '@/components/project/project-form.tsx'
import { ServerForm } from '@/components/server/server-form.tsx'
import { ServerSteps } from '@/components/server/server-steps.tsx'
import { StatusMark } from '@/components/status-badge.tsx'
import { buttonStyle, cardStyle } from '@/components/style.ts'
import type { ServerView } from '@/lib/api/shapes.ts'
import { listEnvironments } from '@/lib/panel/environments.ts'
import { listProjects } from '@/lib/panel/projects.ts'
import { listServers } from '@/lib/panel/servers.ts'
import { demandPage, load } from '@/lib/web/page.ts'

export const metadata: Metadata = { title: 'Set up' }

const steps = ['A server', 'A repository', 'An environment'] as const

/** `on`: the server that is set up; `server`: the one whose check was looked at; `behind`: the one that another is reached through. */
type PageProps = { searchParams: Promise<{ on?: string; server?: string; behind?: string }> }

/** The way to the first deployment. Where one stands is read from what exists, so that it may be left and taken up again. */
export default async function StartPage({ searchParams }: PageProps) {
  await demandPage('configure', null)
  const [servers, projects, environments, { on, server: passed, behind }] = await Promise.all([
    load(listServers, {}),
    load(listProjects, {}),
    load(listEnvironments, {}),
    searchParams,
  ])
  if (environments.length > 0) redirect('/')
  const server = servers.find(({ id }) => id === (on ?? passed)) ?? servers[0]
  const jump = servers.find(({ id }) => id === behind)
  // One looks at the check before going on; whoever has a project has gone on already.
  const isPassed = server?.fingerprint && server.check && (passed === server.id || projects.length > 0)
  const at = jump || !isPassed ? 0 : projects.length === 0 ? 1 : 2
  return (
    <div className="mx-auto max-w-2xl">
      <PageHeader title="To the first deployment" />
      <ol className="mb-6 flex flex-wrap gap-x-8 gap-y-2">
        {steps.map((step, index) => (
          <li
            key={step}
            aria-current={index === at ? 'step' : undefined}
            className="flex items-center gap-2 text-ink-soft aria-[current]:font-semibold aria-[current]:text-ink"
          >
            {index < at ? (
              <StatusMark status="ok" />
            ) : (
              <span
                aria-hidden
                className={`figures grid size-5 place-items-center rounded-full text-xs font-semibold ${index === at ? 'bg-accent text-accent-ink' : 'border border-line-strong'}`}
              >
                {index + 1}
              </span>
            )}
            {step}
          </li>
        ))}
      </ol>
      {at === 0 && (jump || !server) && (
        <div className={`${cardStyle} p-5`}>
          <ServerForm next="/start?on=:id" choices={servers.map(({ id, name }) => ({ id, name }))} jump={jump?.id} />
        </div>
      )}
      {at === 0 && !jump && server && <ServerPart server={server} />}
      {at === 1 && (
        <div className={`${cardStyle} p-5`}>
          <ProjectForm next={passed ? `/start?server=${passed}` : '/start'} />
        </div>
      )}
      {at === 2 && (
        <div className={`${cardStyle} p-5`}>
          <EnvironmentForm
            projects={projects}
            servers={server ? [server, ...servers.filter((one) => one !== server)] : []}
            deploys
          />
        </div>
      )}
    </div>
  )
}

/** What makes it ready, then on to the repository, or to a server that only this one reaches. */
function ServerPart({ server }: { server: ServerView }) {
  const hasFailed = server.check?.verdict === 'failed'
  return (
    <>
      <ServerSteps server={server} />
      {server.fingerprint && server.check && (
        <p className="mt-4 flex flex-wrap items-center justify-end gap-3 text-ink-soft">
          {hasFailed && 'Some of it may not matter for your project.'}
          <Link href={`/start?behind=${server.id}`} className={buttonStyle.plain}>
            Add a server behind it
          </Link>
          <Link href={`/start?server=${server.id}`} className={hasFailed ? buttonStyle.plain : buttonStyle.primary}>
            {hasFailed ? 'Go on anyway' : 'Go on to the repository'}
          </Link>
        </p>
      )}
    </>
  )
}
