// What could stand where somebody is typing. Names come from the panel, if there is one; nothing here ever complains.
import { everyOperation } from '@/lib/api/register.ts'
import { commands, optionsOf, words } from './arguments.ts'
import type { Client } from './client.ts'
import { shells } from './completion.ts'
import { fieldsFor } from './fields.ts'
import { namesOf, nounOf, type Noun } from './names.ts'
import { findOperation } from './operation-command.ts'

const own = ['export', 'diff', 'apply', 'completion', 'admin']
const adminWords = ['owner create', 'token create', 'backup create', 'backup restore', 'rotate-key']

/** `typed`: the words after `fairlead`, the last of which is being typed. */
export async function candidates(typed: string[], open: () => Client): Promise<string[]> {
  const prefix = typed.at(-1) ?? ''
  const found = await possible(typed.slice(0, -1), prefix, (noun) => names(open, noun))
  return [...new Set(found)].filter((word) => word.startsWith(prefix)).sort()
}

async function possible(before: string[], prefix: string, known: (noun: Noun) => Promise<string[]>): Promise<string[]> {
  const [first] = before
  const all = everyOperation().map(({ entry }) => entry.command.split(' '))
  if (first === undefined) return [...commands, ...own, ...all.map(([noun]) => noun!)]
  const typed = before.filter((word) => !word.startsWith('-')).length
  const command = commands.find((name) => name === first)
  if (command && before.at(-1) === '--server') return known('server')
  if (command)
    return prefix.startsWith('-')
      ? optionsOf(command).map((name) => `--${name}`)
      : typed === 1 && words[command][1] > 0
        ? known('environment')
        : []
  if (first === 'admin') return adminWords.flatMap((line) => line.split(' ').slice(before.length - 1, before.length))
  if (first === 'completion') return shells
  if (first === 'export') return known('project')
  const operation = findOperation(before)
  if (!operation)
    return before.length === 1 ? all.flatMap(([noun, verb]) => (noun === first && verb ? [verb] : [])) : []
  const { inPath, options: fields } = fieldsFor(operation.entry)
  const last = fields.find(({ option }) => option === before.at(-1))
  if (last) {
    const noun = nounOf(last.name, operation.entry.path)
    return noun ? known(noun) : last.choices
  }
  // Each option takes a value, so that every word behind one belongs to it.
  const positional = operation.rest.filter(
    (word, at) => !word.startsWith('-') && !operation.rest[at - 1]?.startsWith('--'),
  )
  const next = prefix.startsWith('-') ? undefined : inPath[positional.length]
  if (!next)
    return [...fields.map(({ option }) => option), ...(operation.entry.key ? ['--key'] : []), '--json', '--url']
  const noun = nounOf(next.name, operation.entry.path)
  return noun ? known(noun) : next.choices
}

async function names(open: () => Client, noun: Noun): Promise<string[]> {
  try {
    return (await namesOf(open(), noun)).map(({ name }) => name)
  } catch {
    return []
  }
}
