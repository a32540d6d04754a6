// Which readers of `.env` a set of variables is for: what one of those reads otherwise is refused, with line and reason.
import type { Problem } from '../errors.ts'
import { readEnvEntries } from '../format/env-entries.ts'
import { readers, readsOtherwise } from './env-readers.ts'
import type { EnvReader } from './env-readers.ts'

export const dialects = ['dotenv', 'php', 'node', 'shell', 'all', 'any'] as const
export type Dialect = (typeof dialects)[number]

/** Whose reading counts. `any` refuses nothing: who reads the file is nobody's business but the application's. */
const readersOf: Record<Dialect, readonly EnvReader[]> = {
  dotenv: ['php', 'node'],
  php: ['php'],
  node: ['node'],
  shell: ['shell'],
  all: readers,
  any: [],
}

const namesOf: Record<EnvReader, string> = { php: 'phpdotenv', node: 'Node’s dotenv', shell: '`source` of a shell' }

/** For an environment that never chose: by its type of application, and otherwise what both dotenvs agree on. */
export function usualDialect(appType: string): Dialect {
  if (/^(php|laravel|lumen|symfony|drupal|craftcms|craft|wordpress|bedrock|statamic|october)$/i.test(appType))
    return 'php'
  return /^(node|nodejs|next|nextjs|nuxt|express|nest|nestjs|remix|vite|svelte)$/i.test(appType) ? 'node' : 'dotenv'
}

/** `problems` refuse the text, `warnings` are worth a look; neither ever holds a value. One a line and reason. */
export function checkDialect(text: string, dialect: Dialect): { problems: Problem[]; warnings: Problem[] } {
  const problems: Problem[] = []
  const warnings: Problem[] = []
  for (const entry of readEnvEntries(text).entries) {
    const reasons = new Map<string, { by: string[]; isProblem: boolean }>()
    for (const reader of readers) {
      const found = readsOtherwise(reader, entry, text)
      if (!found) continue
      const reason = reasons.get(found.is) ?? { by: [], isProblem: false }
      reason.by.push(namesOf[reader])
      reason.isProblem ||= !found.expands && readersOf[dialect].includes(reader)
      reasons.set(found.is, reason)
    }
    for (const [is, { by, isProblem }] of reasons)
      (isProblem ? problems : warnings).push({
        path: `text.${entry.line}`,
        message: `Line ${entry.line}: for ${by.join(' and ')}, ${entry.name.slice(0, 60)} ${is}.`,
        ...(isProblem ? { hint: hintFor(entry.value) } : {}),
      })
  }
  return { problems, warnings }
}

function hintFor(value: string): string {
  if (value.includes('\n')) return 'Write it in double quotes over several lines, or choose another dialect.'
  return value.includes("'") ? 'Write it in double quotes, or choose another dialect.' : 'Write it in single quotes.'
}
