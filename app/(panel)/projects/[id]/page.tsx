import { ChannelForm } from '@/components/channels/channel-form.tsx'
import { Channels } from '@/components/channels/channels.tsx'
import { Messages } from '@/components/channels/messages.tsx'
import { Freezes } from '@/components/freezes/freezes.tsx'
import { ProjectEnvironments } from '@/components/project/project-environments.tsx'
import { ProjectFrame } from '@/components/project/project-frame.tsx'
import { projectTabs, type ProjectTab } from '@/components/project/project-tabs.ts'
import { Deliveries } from '@/components/webhooks/deliveries.tsx'
import { Webhooks } from '@/components/webhooks/webhooks.tsx'
import { RefreshWhile } from '@/components/refresh-while.tsx'
import type { ProjectView } from '@/lib/api/shapes.ts'
import { listChannels } from '@/lib/panel/channels.ts'
import { listDeliveries } from '@/lib/panel/deliveries.ts'
import { listEnvironments } from '@/lib/panel/environments.ts'
import { listFreezes } from '@/lib/panel/freezes.ts'
import { listMessages } from '@/lib/panel/messages.ts'
import { getProject } from '@/lib/panel/projects.ts'
import { listRuns } from '@/lib/panel/runs.ts'
import { listWebhooks } from '@/lib/panel/webhooks.ts'
import { load } from '@/lib/web/page.ts'
import { panelAddress } from '@/lib/web/panel-address.ts'

type PageProps = { params: Promise<{ id: string }>; searchParams: Promise<{ tab?: string; cursor?: string }> }

export default async function ProjectPage({ params, searchParams }: PageProps) {
  const [{ id }, { tab: asked = '', cursor }] = [await params, await searchParams]
  const project = await load(getProject, { id })
  const tab: ProjectTab = Object.hasOwn(projectTabs, asked) ? (asked as ProjectTab) : 'environments'
  return (
    <>
      <ProjectFrame project={project} tab={tab} />
      {tab === 'environments' && <Environments project={project} />}
      {tab === 'webhooks' && (
        <Webhooks
          project={project}
          webhooks={await load(listWebhooks, { projectId: id })}
          panel={await panelAddress()}
        />
      )}
      {tab === 'deliveries' && (
        <Deliveries
          project={project}
          deliveries={await load(listDeliveries, { projectId: id, cursor })}
          isFirst={cursor === undefined}
        />
      )}
      {tab === 'notifications' && <Notifications project={project} cursor={cursor} />}
      {tab === 'freezes' && <Freezes project={project} freezes={await load(listFreezes, { projectId: id })} />}
    </>
  )
}

async function Environments({ project }: { project: ProjectView }) {
  const environments = await load(listEnvironments, { projectId: project.id })
  const runs = await Promise.all(
    environments.map(({ id }) => load(listRuns, { environmentId: id, days: 30, limit: 20 })),
  )
  return (
    <ProjectEnvironments
      project={project}
      environments={environments}
      runs={Object.fromEntries(environments.map(({ id }, at) => [id, runs[at]!]))}
    />
  )
}

async function Notifications({ project, cursor }: { project: ProjectView; cursor: string | undefined }) {
  const projectId = project.id
  const [channels, messages] = await Promise.all([
    load(listChannels, { projectId }),
    load(listMessages, { projectId, cursor }),
  ])
  return (
    <div className="grid gap-6">
      <RefreshWhile isOn={messages.items.some(({ state }) => state === 'waiting')} />
      <Channels project={project} channels={channels} />
      {project.can.configure && <ChannelForm key={channels.length} project={project} />}
      <Messages project={project} messages={messages} />
    </div>
  )
}
