// Any operation of the API as a command: `<noun> <verb>`, what its path names, and an option for every other field.
import { parseArgs } from 'node:util'
import type { Operation } from '@/lib/api/operation.ts'
import { everyOperation } from '@/lib/api/register.ts'
import { readText } from './files.ts'
import { fieldsFor, valueOf, wrong, type Field } from './fields.ts'

export type OperationCommand = {
  entry: Operation
  /** By the names of the path's parameters, as they were typed. */
  path: Record<string, string>
  input: Record<string, unknown>
  json: boolean
  key: string | null
  url: string | null
}

/** The operation whose words stand in front, and what stands behind them; null when there is none. */
export function findOperation(args: readonly string[]): { entry: Operation; rest: string[] } | null {
  for (const length of [2, 1]) {
    const words = args.slice(0, length).join(' ')
    const found = everyOperation().find(({ entry }) => entry.command === words)
    if (found) return { entry: found.entry, rest: args.slice(length) }
  }
  return null
}

/** `@file` and `-` in place of a value read it from there. Throws Stop (usage). */
export async function parseOperation(entry: Operation, args: string[]): Promise<OperationCommand> {
  const { inPath, options } = fieldsFor(entry)
  const { values, positionals } = parsed(options, args)
  const path: Record<string, string> = {}
  for (const [at, { name }] of inPath.entries()) {
    const given = positionals[at]
    if (!given) throw wrong(`${entry.command}: which ${wordsOf(name)}?`)
    path[name] = given
  }
  if (positionals.length > inPath.length) throw wrong(`${entry.command}: “${positionals[inPath.length]}” is too much.`)
  const input: Record<string, unknown> = {}
  for (const field of options) {
    const given = values[field.option.slice(2)]
    if (given === undefined) {
      if (field.isRequired) throw wrong(`${entry.command}: give ${field.option}.`)
      continue
    }
    const text = String(given)
    input[field.name] = valueOf(field, text === '-' || text.startsWith('@') ? await readText(text) : text)
  }
  if (values.key !== undefined && !entry.key) throw wrong(`${entry.command} knows no --key.`)
  return {
    entry,
    path,
    input,
    json: values.json === true,
    key: (values.key as string | undefined) ?? null,
    url: (values.url as string | undefined) ?? null,
  }
}

function parsed(fields: Field[], args: string[]) {
  const options: Record<string, { type: 'string' | 'boolean' }> = {
    key: { type: 'string' },
    url: { type: 'string' },
    json: { type: 'boolean' },
    ...Object.fromEntries(fields.map(({ option }) => [option.slice(2), { type: 'string' }])),
  }
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true })
  } catch (error) {
    throw wrong(error instanceof Error ? error.message.split('. ')[0]! + '.' : 'This is no command.')
  }
}

/** How the command is written. */
export function usageOf(entry: Operation): string {
  const { inPath, options } = fieldsFor(entry)
  const head = `fairlead ${[entry.command, ...inPath.map(({ name }) => `<${wordsOf(name)}>`)].join(' ')}`
  const lines = options.map(({ option, isRequired, kinds, choices, description }) => {
    const kind = choices.length > 0 ? choices.join('|') : ([...kinds].find((one) => one !== 'null') ?? 'text')
    return `  ${option} <${kind}>${isRequired ? ' (needed)' : ''}${description ? `  ${description}` : ''}`
  })
  const key = entry.key ? ['  --key <text>  repeating the command with the same key does nothing more'] : []
  const shown = [...lines, ...key, '  --json', '  --url <url>'].join('\n')
  // Others on the machine see what is typed.
  const read = options.length > 0 ? '\nA value may be @<file>, or - for standard input: the way for secrets.\n' : ''
  return `Usage: ${head} [options]\n\n${entry.summary}.\n\n${shown}\n${read}`
}

/** `environmentId` → environment; `id` is of whatever the command is about. */
function wordsOf(name: string): string {
  return name === 'id' ? 'id' : name.replace(/Id$/, '')
}
