import { buttonStyle, fieldStyle } from '../style.ts'
import { actionWords } from './action-words.ts'
import type { AuditQuery } from './query.ts'

type Named = { id: string; name: string }

const nouns = [
  'deployment',
  'environment',
  'hook',
  'variables',
  'release',
  'project',
  'server',
  'member',
  'invitation',
  'token',
  'session',
  'password',
  'two-factor',
]

/** A plain form: what is found has an address that can be sent to somebody. */
export function AuditFilter({ query, members, projects }: { query: AuditQuery; members: Named[]; projects: Named[] }) {
  const isSomebody = query.actor === undefined || members.some(({ id }) => query.actor === `user:${id}`)
  return (
    <form
      action="/audit"
      aria-label="Filter the audit"
      className="mb-4 grid grid-cols-2 items-end gap-3 sm:grid-cols-3 lg:grid-cols-[1fr_1fr_1fr_auto_auto_auto]"
    >
      <Choice name="actor" label="Who" value={query.actor}>
        <option value="">anybody</option>
        {!isSomebody && <option value={query.actor}>{query.actor}</option>}
        {members.map(({ id, name }) => (
          <option key={id} value={`user:${id}`}>
            {name}
          </option>
        ))}
      </Choice>
      <Choice name="action" label="What" value={query.action}>
        <option value="">anything</option>
        {query.action?.includes('.') && <option value={query.action}>{actionWords(query.action)}</option>}
        {nouns.map((noun) => (
          <option key={noun}>{noun}</option>
        ))}
      </Choice>
      <Choice name="projectId" label="Project" value={query.projectId}>
        <option value="">any</option>
        {projects.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </Choice>
      <label className="grid gap-1">
        <span className="font-medium">From (UTC)</span>
        <input type="date" name="from" defaultValue={query.from} className={fieldStyle} />
      </label>
      <label className="grid gap-1">
        <span className="font-medium">To</span>
        <input type="date" name="to" defaultValue={query.to} className={fieldStyle} />
      </label>
      <button type="submit" className={buttonStyle.primary}>
        Show
      </button>
    </form>
  )
}

function Choice({
  name,
  label,
  value,
  children,
}: {
  name: string
  label: string
  value: string | undefined
  children: React.ReactNode
}) {
  return (
    <label className="grid gap-1">
      <span className="font-medium">{label}</span>
      <select name={name} defaultValue={value ?? ''} key={value} className={fieldStyle}>
        {children}
      </select>
    </label>
  )
}
