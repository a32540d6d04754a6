// What stands above every part of a project: its name, its repository, the way to the other parts.
import type { ProjectView } from '@/lib/api/shapes.ts'
import { LiveRefresh } from '../live-refresh.tsx'
import { PageHeader } from '../page-header.tsx'
import { TabLinks } from '../tab-links.tsx'
import { projectTabs, type ProjectTab } from './project-tabs.ts'

const access: Record<ProjectView['access'], string> = {
  none: 'read without signing in',
  key: 'read with a deploy key',
  token: 'read with an access token',
}

export function ProjectFrame({ project, tab }: { project: ProjectView; tab: ProjectTab }) {
  // Addresses of webhooks are for those who set them up.
  const names = (Object.keys(projectTabs) as ProjectTab[]).filter(
    (name) => name !== 'webhooks' || project.can.configure,
  )
  return (
    <>
      <title>{`${project.name} · Fairlead`}</title>
      <PageHeader
        title={project.name}
        trail={[{ href: '/', name: 'Environments' }]}
        below={
          <p className="mt-1 text-xs text-ink-soft">
            <code className="break-all font-mono">{project.repositoryUrl}</code>, {access[project.access]}
          </p>
        }
      >
        {tab === 'environments' && <LiveRefresh />}
      </PageHeader>
      <TabLinks
        label="Project"
        tabs={names.map((name) => ({
          href: `/projects/${project.id}${name === 'environments' ? '' : `?tab=${name}`}`,
          word: projectTabs[name],
          isCurrent: name === tab,
        }))}
      />
    </>
  )
}
