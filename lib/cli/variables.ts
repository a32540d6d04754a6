// `fairlead variables list|set|unset|apply`: variables by name, as people and scripts write them.
import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import * as answers from './answers.ts'
import type { Client } from './client.ts'
import { exits, type Exit } from './exit.ts'
import { readText } from './files.ts'
import { wrong } from './fields.ts'
import { follow } from './follow.ts'
import { idOf } from './names.ts'
import { standing, table, type Streams } from './output.ts'
import { clean } from './terminal.ts'

export const variablesUsage = `Usage: fairlead variables <command> <environment> [options]

  list                      names and values of the newest set; of secrets only the names
  set NAME=value …          save a new set; NAME=@file reads a file, NAME alone standard input
      --plain               the values may be shown again: new names are secret otherwise
  unset NAME …              save a new set without them
  apply                     give the newest set to the live release now
  -f, --follow              apply: print the log until it has ended
      --apply               set, unset: and apply it
      --json, --key, --url  as everywhere
`

const verbs = ['list', 'set', 'unset', 'apply'] as const
export type VariablesCommand = {
  verb: (typeof verbs)[number]
  environment: string
  words: string[]
  isPlain: boolean
  apply: boolean
  follow: boolean
  json: boolean
  key: string | null
  url: string | null
}

const options = {
  plain: { type: 'boolean', default: false },
  apply: { type: 'boolean', default: false },
  follow: { type: 'boolean', short: 'f', default: false },
  json: { type: 'boolean', default: false },
  key: { type: 'string' },
  url: { type: 'string' },
} as const

/** null = none of these commands. Throws Stop (usage). */
export function parseVariables(args: string[]): VariablesCommand | null {
  const verb = verbs.find((known) => args[0] === 'variables' && known === args[1])
  if (!verb) return null
  const { values, positionals } = parsed(args.slice(2))
  const [environment, ...words] = positionals
  const { plain: isPlain, apply, follow, json, key = null, url = null } = values
  if (!environment) throw wrong(`variables ${verb}: which environment?`)
  const takes = verb === 'set' || verb === 'unset'
  if (takes && words.length === 0) throw wrong(`variables ${verb}: which variables?`)
  if (!takes && words.length > 0) throw wrong(`variables ${verb}: “${words[0]!.split('=')[0]!}” is too much.`)
  if (isPlain && verb !== 'set') throw wrong(`variables ${verb} knows no --plain.`)
  if (apply && !takes) throw wrong(`variables ${verb} knows no --apply.`)
  const isApplying = apply || verb === 'apply'
  if (follow && !isApplying) throw wrong(`variables ${verb} knows no --follow without --apply.`)
  if (key !== null && !isApplying) throw wrong(`variables ${verb} knows no --key.`)
  return { verb, environment, words, isPlain, apply, follow, json, key, url }
}

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true })
  } catch (error) {
    throw wrong(error instanceof Error ? error.message.split('. ')[0]! + '.' : 'This is no command.')
  }
}

const set = z.looseObject({
  number: z.number(),
  variables: z.array(z.looseObject({ name: z.string(), isSecret: z.boolean(), value: z.string().nullable() })),
  live: z.looseObject({ number: z.number().nullable() }).nullable(),
  warnings: z.array(z.looseObject({ path: z.string(), message: z.string() })),
})

/** Throws Stop. */
export async function runVariables(command: VariablesCommand, client: Client, streams: Streams): Promise<Exit> {
  const base = `/environments/${await idOf(client, 'environment', command.environment)}`
  const print = (value: unknown, words: string): void =>
    streams.out(command.json ? `${JSON.stringify(value)}\n` : words)
  if (command.verb === 'list') {
    const newest = await client.call(set.nullable(), 'GET', `${base}/variables`)
    const rows = (newest?.variables ?? []).map(({ name, value }) => [name, value === null ? '(secret)' : clean(value)])
    print(newest, table(rows))
    return exits.done
  }
  if (command.verb !== 'apply') {
    const body = await changeOf(command)
    const made = await client.call(set, 'PATCH', `${base}/variables`, { body })
    for (const { path, message } of made.warnings)
      if (Object.keys(body.set ?? {}).some((name) => path === `secrets.${name}`)) streams.err(`${message}\n`)
    const live = made.live && made.live.number !== made.number ? ' It is a draft until it is deployed or applied.' : ''
    print(made, `Saved as set ${made.number}.${command.apply ? '' : live}\n`)
  }
  return command.verb === 'apply' || command.apply ? apply(command, client, streams, base) : exits.done
}

type Change = { set?: Record<string, string>; unset?: string[]; secrets?: Record<string, boolean> }

async function changeOf({ verb, words, isPlain }: VariablesCommand): Promise<Change> {
  if (verb === 'unset') return { unset: words }
  const values = new Map<string, string>()
  for (const word of words) {
    const at = word.indexOf('=')
    const name = at === -1 ? word : word.slice(0, at)
    if (values.has(name)) throw wrong(`variables set: ${name} stands there twice.`)
    if (at === -1 && words.length > 1) throw wrong(`variables set: ${name} without “=” has to stand alone.`)
    values.set(name, await valueOf(at === -1 ? null : word.slice(at + 1)))
  }
  const secrets = Object.fromEntries([...values.keys()].map((name) => [name, false]))
  return { set: Object.fromEntries(values), ...(isPlain ? { secrets } : {}) }
}

/** null = standard input. The last line end of a file is not the value's. */
async function valueOf(word: string | null): Promise<string> {
  if (word !== null && !word.startsWith('@')) return word
  return (await readText(word ?? '-')).replace(/\r?\n$/, '')
}

async function apply(
  { key, json, follow: isFollowing }: VariablesCommand,
  client: Client,
  streams: Streams,
  base: string,
): Promise<Exit> {
  const request = { body: {}, key: key ?? randomUUID(), repeatable: true }
  const queued = await client.call(answers.deployment, 'POST', `${base}/variables/apply`, request)
  const words = standing(queued)
  if (json) streams.out(`${JSON.stringify(queued)}\n`)
  else streams[isFollowing ? 'err' : 'out'](`${words}\n`)
  if (!isFollowing) return exits.done
  const ended = await follow(client, `${base}/deployments/${queued.number}`, streams, json)
  if (json) streams.out(`${JSON.stringify({ deployment: ended })}\n`)
  else streams.err(`${standing(ended)}\n`)
  return ended.status === 'succeeded' ? exits.done : exits.failed
}
