// How those who read `.env` take what is typed.
import type { VariablesView } from '@/lib/api/shapes.ts'
import { checkDialect, dialects, type Dialect } from '@/lib/spec/env-dialects.ts'
import { SelectField } from '../form/field.tsx'

const words: Record<Dialect, string> = {
  dotenv: 'phpdotenv and Node’s dotenv alike',
  php: 'phpdotenv (Laravel, Symfony …)',
  node: 'Node’s dotenv',
  shell: '`source` in a shell',
  all: 'all of them alike',
  any: 'nobody in particular: nothing is refused',
}

export function DialectField({ value, choose }: { value: Dialect; choose: (dialect: Dialect) => void }) {
  return (
    <SelectField
      name="dialect"
      label="Who reads the file"
      value={value}
      onChange={(event) => choose(event.target.value as Dialect)}
      hint="What they would read otherwise than it is meant is refused, with the line and the reason."
    >
      {dialects.map((dialect) => (
        <option key={dialect} value={dialect}>
          {words[dialect]}
        </option>
      ))}
    </SelectField>
  )
}

const shownAtOnce = 8

/** What others who read `.env` would make of it, while it is typed; what will be refused comes first. */
export function Warnings({ text, dialect }: { text: string; dialect: Dialect }) {
  const { problems, warnings } = checkDialect(text, dialect)
  const all = [...problems, ...warnings]
  if (all.length === 0) return null
  return (
    <ul aria-label="How others read it" className="grid gap-0.5 text-xs text-ink-soft">
      {all.slice(0, shownAtOnce).map(({ message, hint }) => (
        <li key={message} className={hint ? 'text-bad' : ''}>
          {message} {hint}
        </li>
      ))}
      {all.length > shownAtOnce && <li>… and {all.length - shownAtOnce} more</li>}
    </ul>
  )
}

/** Secrets as they were saved whose values logs can't hide. */
export function Unhidden({ variables }: { variables: VariablesView }) {
  const told = variables.warnings.filter(({ path }) => path.startsWith('secrets.'))
  if (told.length === 0) return null
  return (
    <ul aria-label="Secrets that logs may show" className="grid gap-0.5 text-xs text-ink-soft">
      {told.slice(0, shownAtOnce).map(({ path, message, hint }) => (
        <li key={path}>
          {message} {hint}
        </li>
      ))}
      {told.length > shownAtOnce && <li>… and {told.length - shownAtOnce} more</li>}
    </ul>
  )
}
