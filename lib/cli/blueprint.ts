// `fairlead export`, `diff` and `apply`: a project as code.
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { changeLines } from './changes.ts'
import type { Client } from './client.ts'
import { exits, type Exit } from './exit.ts'
import { wrong } from './fields.ts'
import { readText } from './files.ts'
import { idOf } from './names.ts'
import type { Streams } from './output.ts'
import { clean } from './terminal.ts'

const commands = ['export', 'diff', 'apply'] as const
export type BlueprintCommand = {
  name: (typeof commands)[number]
  about: string
  dryRun: boolean
  json: boolean
  url: string | null
}

const result = z.looseObject({
  applied: z.boolean(),
  changes: z.array(
    z.object({
      path: z.string(),
      kind: z.enum(['added', 'changed', 'removed']),
      before: z.unknown().optional(),
      after: z.unknown().optional(),
    }),
  ),
  notes: z.array(z.string()),
})

/** null when it is another command. Throws Stop (usage). */
export function parseBlueprint(args: string[]): BlueprintCommand | null {
  const name = commands.find((known) => known === args[0])
  if (!name) return null
  const options = {
    json: { type: 'boolean', default: false },
    'dry-run': { type: 'boolean', default: false },
    url: { type: 'string' },
  } as const
  let parsed
  try {
    parsed = parseArgs({ args: args.slice(1), options, allowPositionals: true, strict: true })
  } catch (error) {
    throw wrong(error instanceof Error ? error.message.split('. ')[0]! + '.' : 'This is no command.')
  }
  const { values, positionals } = parsed
  const [about, ...more] = positionals
  if (!about) throw wrong(name === 'export' ? 'export: which project?' : `${name}: which file?`)
  if (more.length > 0) throw wrong(`${name}: “${more[0]}” is too much.`)
  if (values['dry-run'] && name !== 'apply') throw wrong(`${name} knows no --dry-run.`)
  return { name, about, dryRun: name === 'diff' || values['dry-run'], json: values.json, url: values.url ?? null }
}

/** `diff` ends with 1 when there are differences, as diff does. Throws Stop. */
export async function runBlueprint(command: BlueprintCommand, client: Client, streams: Streams): Promise<Exit> {
  const { name, about, dryRun, json } = command
  if (name === 'export') {
    const id = await idOf(client, 'project', about)
    const exported = await client.call(z.object({ text: z.string() }), 'GET', `/projects/${id}/blueprint`)
    const shown = streams.isTerminal ? clean(exported.text) : exported.text
    streams.out(json ? `${JSON.stringify(exported)}\n` : shown)
    return exits.done
  }
  const text = await readText(about)
  const answer = await client.call(result, 'POST', '/blueprints', { body: { text, dryRun }, repeatable: true })
  if (json) streams.out(`${JSON.stringify(answer)}\n`)
  else {
    for (const change of answer.changes) streams.out(changeLines(change))
    for (const note of answer.notes) streams.err(`${clean(note)}\n`)
    streams.err(`${sentence(answer.changes.length, dryRun)}\n`)
  }
  return name === 'diff' && answer.changes.length > 0 ? exits.failed : exits.done
}

function sentence(count: number, dryRun: boolean): string {
  if (count === 0) return 'Nothing differs.'
  const what = count === 1 ? 'One thing' : `${count} things`
  return dryRun ? `${what} would change.` : `${what} changed.`
}
