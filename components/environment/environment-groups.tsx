// One page of environments, those that need a person first.
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import type { OverviewView } from '@/lib/api/shapes-overview.ts'
import { cardStyle } from '../style.ts'
import { EnvironmentRow } from './environment-row.tsx'

const groups = { failed: 'Needs a look', running: 'Under way', well: 'All well' } as const
type Group = keyof typeof groups

// The same rule as lib/store/overview.ts sorts by.
function groupOf({ last, running }: EnvironmentView): Group {
  if (running) return 'running'
  return last?.status === 'failed' ? 'failed' : 'well'
}

/** Each group with its number over all pages; groups of other pages are left out. */
export function EnvironmentGroups({ overview: { environments, runs, counts } }: { overview: OverviewView }) {
  return (
    <div className="grid gap-6">
      {(Object.keys(groups) as Group[]).map((group) => {
        const members = environments.filter((environment) => groupOf(environment) === group)
        if (members.length === 0) return null
        return (
          <section key={group} aria-label={groups[group]}>
            <h2 className="mb-2 flex items-baseline gap-2 text-xs font-medium text-ink-soft">
              {groups[group]} <span className="figures">{counts[group].toLocaleString('en')}</span>
            </h2>
            <ul className={`${cardStyle} divide-y`}>
              {members.map((environment) => (
                <EnvironmentRow key={environment.id} environment={environment} runs={runs[environment.id] ?? []} />
              ))}
            </ul>
          </section>
        )
      })}
    </div>
  )
}
