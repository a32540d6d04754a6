import Link from 'next/link'
import type { ProjectView } from '@/lib/api/shapes.ts'
import type { OverviewView } from '@/lib/api/shapes-overview.ts'
import { Empty } from '../empty.tsx'
import { EnvironmentRow } from '../environment/environment-row.tsx'
import { buttonStyle, cardStyle } from '../style.ts'

/** Where a project is deployed to, as the overview shows it. */
export function ProjectEnvironments({
  project,
  environments,
  runs,
}: { project: ProjectView } & Pick<OverviewView, 'environments' | 'runs'>) {
  if (environments.length === 0)
    return (
      <Empty
        title="No environments yet"
        action={
          project.can.configure && (
            <Link href={`/environments/new?project=${project.id}`} className={buttonStyle.primary}>
              Make an environment
            </Link>
          )
        }
      >
        An environment is a place where this project runs, such as production: servers, a branch, variables, releases.
      </Empty>
    )
  return (
    <ul className={`${cardStyle} divide-y`}>
      {environments.map((environment) => (
        <EnvironmentRow key={environment.id} environment={environment} runs={runs[environment.id] ?? []} />
      ))}
    </ul>
  )
}
