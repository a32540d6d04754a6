'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { toast } from 'sonner'
import { changeMemberRole, changeProjectRole } from '@/app/actions/people.ts'
import type { PanelRole } from '@/lib/api/shapes.ts'
import type { MemberView } from '@/lib/api/shapes-access.ts'
import { attempt, type Outcome } from '../form/outcome.ts'
import { fieldStyle } from '../style.ts'
import { projectRoles, roleWords, type ProjectRole } from './role-words.ts'

/** A choice that holds at once; a refusal is said, and the choice goes back. */
function Choice({
  label,
  value,
  options,
  act,
}: {
  label: string
  value: string
  options: { value: string; word: string }[]
  act: (value: string) => Promise<Outcome<unknown>>
}) {
  const router = useRouter()
  const [chosen, setChosen] = useState<string | null>(null)
  async function choose(next: string) {
    setChosen(next)
    const outcome = await attempt(act, next)
    if (!outcome.ok) toast.error(outcome.error.message)
    setChosen(null)
    router.refresh()
  }
  return (
    <select
      aria-label={label}
      value={chosen ?? value}
      aria-disabled={chosen !== null}
      onChange={(event) => void choose(event.target.value)}
      className={`${fieldStyle} w-auto! max-w-full`}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.word}
        </option>
      ))}
    </select>
  )
}

export function PanelRoleSelect({ member, roles }: { member: MemberView; roles: PanelRole[] }) {
  return (
    <Choice
      label={`Role of ${member.name} in the panel`}
      value={member.role}
      options={roles.map((role) => ({ value: role, word: roleWords[role] }))}
      act={(role) => changeMemberRole({ id: member.id, role: role as PanelRole })}
    />
  )
}

/** Roles in single projects, as far as one decides about people there; the others are only said. */
export function ProjectRoles({ member, projects }: { member: MemberView; projects: { id: string; name: string }[] }) {
  const [added, setAdded] = useState<string[]>([])
  const own = projects.filter(({ id }) => added.includes(id) || member.projects.some((one) => one.projectId === id))
  const others = member.projects.filter((one) => !projects.some(({ id }) => id === one.projectId))
  const addable = projects.filter((project) => !own.includes(project))
  if (own.length + others.length + addable.length === 0) return null
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 text-sm">
      {others.map((one) => (
        <span key={one.projectId} className="text-ink-soft">
          {one.project}: {one.role}
        </span>
      ))}
      {own.map(({ id, name }) => (
        <div key={id} className="flex items-center gap-2">
          <span aria-hidden>{name}</span>
          <Choice
            label={`Role of ${member.name} in ${name}`}
            value={member.projects.find((one) => one.projectId === id)?.role ?? ''}
            options={[{ value: '', word: 'no role' }, ...projectRoles.map((role) => ({ value: role, word: role }))]}
            act={(role) =>
              changeProjectRole({ id: member.id, projectId: id, role: role === '' ? null : (role as ProjectRole) })
            }
          />
        </div>
      ))}
      {addable.length > 0 && (
        <select
          aria-label={`Give ${member.name} a role in a project`}
          value=""
          onChange={(event) => setAdded([...added, event.target.value])}
          className={`${fieldStyle} w-auto! text-ink-soft`}
        >
          <option value="">Project…</option>
          {addable.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      )}
    </div>
  )
}
