'use client'
// All environments, those that need a person first; with many, a field to find one.
import { useEffect, useRef, useState } from 'react'
import type { EnvironmentView, RunView } from '@/lib/api/shapes.ts'
import { cardStyle, fieldStyle } from '../style.ts'
import { EnvironmentRow } from './environment-row.tsx'

const groups = ['Needs a look', 'Under way', 'All well'] as const

function groupOf({ last, running }: EnvironmentView): (typeof groups)[number] {
  if (running) return 'Under way'
  return last?.status === 'failed' ? 'Needs a look' : 'All well'
}
const lastChange = ({ last, createdAt }: EnvironmentView) => last?.createdAt ?? createdAt
const textOf = ({ project, name, appDomain, targets, live }: EnvironmentView) =>
  [
    project,
    name,
    `${project} / ${name}`,
    appDomain,
    ...targets.map(({ server }) => server),
    live?.subject,
    live?.revision,
  ]
    .join('\n')
    .toLowerCase()

/** From so many on there is a field to find one. */
const many = 8

export function EnvironmentGroups({
  environments,
  runs,
}: {
  environments: EnvironmentView[]
  runs: Record<string, RunView[]>
}) {
  const [wanted, setWanted] = useState('')
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const at = event.target
      if (
        event.key !== '/' ||
        event.ctrlKey ||
        event.metaKey ||
        (at instanceof HTMLElement && at.matches('input, textarea, select'))
      )
        return
      event.preventDefault()
      field.current?.focus()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])

  const words = wanted
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  const shown = environments
    .filter((environment) => words.every((word) => textOf(environment).includes(word)))
    .toSorted((a, b) => lastChange(b).localeCompare(lastChange(a)))
  return (
    <>
      {environments.length > many && (
        <input
          ref={field}
          type="search"
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && setWanted('')}
          placeholder="Find by name, domain, server or commit"
          aria-label="Find an environment"
          aria-keyshortcuts="/"
          className={`${fieldStyle} mb-5 max-w-md`}
        />
      )}
      <p role="status" className={shown.length === 0 ? 'text-ink-soft' : 'sr-only'}>
        {words.length === 0 ? '' : shown.length === 0 ? `No environment matches “${wanted}”.` : `${shown.length} found`}
      </p>
      <div className="grid gap-6">
        {groups.map((group) => {
          const members = shown.filter((environment) => groupOf(environment) === group)
          if (members.length === 0) return null
          return (
            <section key={group} aria-label={group}>
              <h2 className="mb-2 flex items-baseline gap-2 text-xs font-medium text-ink-soft">
                {group} <span className="figures">{members.length}</span>
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
    </>
  )
}
