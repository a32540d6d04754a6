import { ConfigFiles } from '@/components/environment/config-files.tsx'
import { DeploymentList } from '@/components/environment/deployment-list.tsx'
import { Drift } from '@/components/environment/drift.tsx'
import { EnvironmentFrame } from '@/components/environment/environment-frame.tsx'
import { Pipeline } from '@/components/environment/pipeline.tsx'
import { ReleaseList } from '@/components/environment/release-list.tsx'
import { SettingsForm } from '@/components/environment/settings-form.tsx'
import { pageTabs, type PageTab } from '@/components/environment/tab-names.ts'
import { Targets } from '@/components/environment/targets.tsx'
import { VariablesForm } from '@/components/environment/variables-form.tsx'
import { VariablesHistory } from '@/components/environment/variables-history.tsx'
import { Following } from '@/components/triggers/following.tsx'
import { Pipelines, type PipelineText } from '@/components/triggers/pipelines.tsx'
import { Schedules } from '@/components/triggers/schedules.tsx'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { getDeployment, listDeployments, listReleases } from '@/lib/panel/deployments.ts'
import { listDrift } from '@/lib/panel/drift.ts'
import { getEnvironment } from '@/lib/panel/environments.ts'
import { listConfigFiles } from '@/lib/panel/files.ts'
import { readFollowing } from '@/lib/panel/following.ts'
import { listHooks } from '@/lib/panel/hooks.ts'
import { listRuns } from '@/lib/panel/runs.ts'
import { listSchedules } from '@/lib/panel/schedules.ts'
import { listServerChoices, listServers } from '@/lib/panel/servers.ts'
import { getProject } from '@/lib/panel/projects.ts'
import { listVariableSets, readVariables } from '@/lib/panel/variables.ts'
import { githubWorkflow, gitlabJob } from '@/lib/spec/ci-snippets.ts'
import { listWebhooks } from '@/lib/panel/webhooks.ts'
import { panelAddress } from '@/lib/web/panel-address.ts'
import { load } from '@/lib/web/page.ts'

type PageProps = { params: Promise<{ id: string }>; searchParams: Promise<{ tab?: string; before?: string }> }

export default async function EnvironmentPage({ params, searchParams }: PageProps) {
  const [{ id }, { tab: asked = '', before }] = [await params, await searchParams]
  const environment = await load(getEnvironment, { id })
  const tab: PageTab = Object.hasOwn(pageTabs, asked) ? (asked as PageTab) : 'releases'
  return (
    <>
      <EnvironmentFrame environment={environment} tab={tab} />
      {tab === 'releases' && <Releases environment={environment} />}
      {tab === 'pipeline' && <Hooks environment={environment} />}
      {tab === 'triggers' && <Triggers environment={environment} />}
      {tab === 'variables' && <Variables environment={environment} before={before} />}
      {tab === 'servers' && <Places environment={environment} />}
      {tab === 'servers' && <Drift environment={environment} drift={await load(listDrift, { environmentId: id })} />}
      {tab === 'settings' && <SettingsForm environment={environment} />}
    </>
  )
}

async function Places({ environment }: { environment: EnvironmentView }) {
  const [servers, choices] = await Promise.all([load(listServers, {}), load(listServerChoices, {})])
  return <Targets environment={environment} servers={servers} choices={choices} />
}

async function Releases({ environment }: { environment: EnvironmentView }) {
  const environmentId = environment.id
  const [project, releases, deployments, runs] = await Promise.all([
    load(getProject, { id: environment.projectId }),
    load(listReleases, { environmentId }),
    load(listDeployments, { environmentId }),
    load(listRuns, { environmentId, days: 30, limit: 60 }),
  ])
  return (
    <>
      <ReleaseList
        environment={environment}
        releases={releases}
        others={project.environments.filter(({ id }) => id !== environmentId)}
      />
      <DeploymentList deployments={deployments} runs={runs} />
    </>
  )
}

/** `before`: the number of the set whose predecessors the history shows; the newest unless given. */
async function Variables({ environment, before }: { environment: EnvironmentView; before: string | undefined }) {
  const { id: environmentId, can } = environment
  const [sets, files] = await Promise.all([
    load(listVariableSets, { environmentId, ...(before === undefined ? {} : { before: Number(before) }) }),
    load(listConfigFiles, { environmentId }),
  ])
  const history = { sets, isOlder: before !== undefined }
  const configFiles = <ConfigFiles environment={environment} files={files} />
  if (!can.readVariables)
    return (
      <>
        <VariablesHistory environmentId={environmentId} {...history} newest={null} />
        {configFiles}
      </>
    )
  const variables = await load(readVariables, { environmentId })
  return (
    <>
      <VariablesForm environment={environment} variables={variables} history={history} canEdit={can.configure} />
      {configFiles}
    </>
  )
}

async function Triggers({ environment }: { environment: EnvironmentView }) {
  const environmentId = environment.id
  const [following, schedules, webhooks] = await Promise.all([
    load(readFollowing, { environmentId }),
    load(listSchedules, { environmentId }),
    environment.can.configure ? load(listWebhooks, { projectId: environment.projectId }) : null,
  ])
  return (
    <div className="grid gap-6">
      <Following environment={environment} following={following} isTold={webhooks && webhooks.length > 0} />
      <Schedules environment={environment} schedules={schedules} />
      {environment.can.deploy && <Pipelines pipelines={pipelinesOf(environment, await panelAddress())} />}
    </div>
  )
}

function pipelinesOf(environment: EnvironmentView, url: string): PipelineText[] {
  const { projectSlug: project, slug, branch } = environment
  const deployed = { url, project, environment: slug, branch }
  return [
    {
      host: 'GitHub Actions',
      file: '.github/workflows/deploy.yml',
      text: githubWorkflow(deployed),
      tokenPlace: 'a secret of the repository: Settings, Secrets and variables, Actions',
    },
    {
      host: 'GitLab CI',
      file: '.gitlab-ci.yml',
      text: gitlabJob(deployed),
      tokenPlace: 'a masked variable: Settings, CI/CD, Variables',
    },
  ]
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
    <Pipeline
      environment={environment}
      hooks={hooks}
      seen={last && { id: last.id, number: last.number, events: inRepository, findings: last.findings }}
    />
  )
}
