import Link from 'next/link'
import { DeployButton } from '@/components/environment/deploy-button.tsx'
import { DeploymentList } from '@/components/environment/deployment-list.tsx'
import { Pipeline } from '@/components/environment/pipeline.tsx'
import { ReleaseList } from '@/components/environment/release-list.tsx'
import { RollBackButton } from '@/components/environment/roll-back-button.tsx'
import { SettingsForm } from '@/components/environment/settings-form.tsx'
import { Tabs, tabs, type Tab } from '@/components/environment/tabs.tsx'
import { Targets } from '@/components/environment/targets.tsx'
import { VariablesForm } from '@/components/environment/variables-form.tsx'
import { LiveRefresh } from '@/components/live-refresh.tsx'
import { PageHeader } from '@/components/page-header.tsx'
import { StatusBadge } from '@/components/status-badge.tsx'
import { RelativeTime } from '@/components/time.tsx'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { shortSha } from '@/lib/format/revision.ts'
import { getDeployment, listDeployments, listReleases } from '@/lib/panel/deployments.ts'
import { getEnvironment } from '@/lib/panel/environments.ts'
import { listHooks } from '@/lib/panel/hooks.ts'
import { listRuns } from '@/lib/panel/runs.ts'
import { listServers } from '@/lib/panel/servers.ts'
import { readVariables } from '@/lib/panel/variables.ts'
import { load } from '@/lib/web/page.ts'

type PageProps = { params: Promise<{ id: string }>; searchParams: Promise<{ tab?: string }> }

export default async function EnvironmentPage({ params, searchParams }: PageProps) {
  const [{ id }, { tab: asked = '' }] = [await params, await searchParams]
  const environment = await load(getEnvironment, { id })
  const tab: Tab = Object.hasOwn(tabs, asked) ? (asked as Tab) : 'releases'
  return (
    <>
      <title>{`${environment.project} ${environment.name} · Fairlead`}</title>
      <PageHeader
        title={<Name environment={environment} />}
        trail={[{ href: '/', name: 'Environments' }]}
        below={<Live environment={environment} />}
      >
        <LiveRefresh environment={id} />
        <RollBackButton environment={environment} />
        <DeployButton environment={environment} />
      </PageHeader>
      <Tabs id={id} current={tab} />
      {tab === 'releases' && <Releases environment={environment} />}
      {tab === 'pipeline' && <Hooks environment={environment} />}
      {tab === 'variables' && (
        <VariablesForm environment={environment} variables={await load(readVariables, { environmentId: id })} />
      )}
      {tab === 'servers' && <Targets environment={environment} servers={await load(listServers, {})} />}
      {tab === 'settings' && <SettingsForm environment={environment} />}
    </>
  )
}

async function Releases({ environment }: { environment: EnvironmentView }) {
  const environmentId = environment.id
  const [releases, deployments, runs] = await Promise.all([
    load(listReleases, { environmentId }),
    load(listDeployments, { environmentId }),
    load(listRuns, { environmentId, days: 30, limit: 60 }),
  ])
  return (
    <>
      <ReleaseList releases={releases} canActivate={!environment.running} />
      <DeploymentList deployments={deployments} runs={runs} />
    </>
  )
}

async function Hooks({ environment }: { environment: EnvironmentView }) {
  const [hooks, last] = await Promise.all([
    load(listHooks, { environmentId: environment.id }),
    environment.last ? load(getDeployment, { id: environment.last.id }) : null,
  ])
  const inRepository = (last?.steps ?? []).flatMap(({ origin, event }) =>
    origin === 'repository' && event ? [event] : [],
  )
  return (
    <Pipeline environment={environment} hooks={hooks} seen={last && { number: last.number, events: inRepository }} />
  )
}

function Name({ environment: { project, name, appDomain } }: { environment: EnvironmentView }) {
  return (
    <>
      {project} <span className="font-normal text-ink-soft">/</span> {name}
      {appDomain && (
        <a
          href={`https://${appDomain}`}
          target="_blank"
          rel="noopener noreferrer"
          className="ml-3 whitespace-nowrap text-sm font-normal tracking-normal text-ink-soft hover:text-ink hover:underline"
        >
          {appDomain}
        </a>
      )}
    </>
  )
}

/** What is live and what is going on, on every tab. */
function Live({ environment: { live, running, last } }: { environment: EnvironmentView }) {
  const shown = running ?? (last?.status === 'failed' ? last : null)
  return (
    <div className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1.5 text-ink-soft">
      {live ? (
        <span className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
          <StatusBadge status="active" word={`Release ${live.number} is live`} />
          <span className="min-w-0 break-words text-ink">{live.subject}</span>
          <code className="font-mono text-xs" title={live.revision}>
            {shortSha(live.revision)}
          </code>
          <span className="text-xs">
            {live.author}
            {live.liveAt && (
              <>
                , since <RelativeTime at={live.liveAt} />
              </>
            )}
          </span>
        </span>
      ) : (
        <span>Nothing is live yet</span>
      )}
      {shown && (
        <Link href={`/deployments/${shown.id}`} className="flex items-center gap-2 hover:underline">
          <StatusBadge status={shown.status} /> {shown.kind === 'activate' ? 'Activation' : 'Deployment'} {shown.number}
        </Link>
      )}
    </div>
  )
}
