// What was typed, as a value. Pure: reads nothing but its arguments.
import { parseArgs } from 'node:util'
import { everyOperation } from '@/lib/api/register.ts'
import { exits, Stop } from './exit.ts'

export const usage = (): string => `Usage: fairlead <command> [options]

  plan <environment> [ref]        what a deployment would run and change; nothing happens
  deploy <environment> [ref]      deploy a branch, tag or commit (default: the environment's branch)
  logs <environment> [number]     print the log of a deployment (default: the newest)
  deployments <environment>       list deployments, newest first
  releases <environment>          list releases, newest first
  activate <environment> <number> put a release live that is still on the server
  rollback <environment>          put the release before the live one back
  cancel <environment> [number]   end a deployment (default: the one under way)
  continue <environment> [number] let the other servers follow the first (default: the one under way)
  environments                    list environments

  export <project>                a project as YAML: settings, hooks, variables, the names of secrets
  diff <file>                     what the YAML would change (exit code 1: something)
  apply <file> [--dry-run]        make the project what the YAML says, in one transaction
  completion bash|zsh|fish        what the shell needs to complete all this; fairlead completion bash >>~/.bashrc

  <environment> is <project>/<environment>, or its id; <file> may be - for standard input.

Everything else of the API, each with --help:
${otherCommands()}

Options:
  -f, --follow        deploy, activate, rollback, logs: print the log until the deployment has ended
      --json          print JSON; with --follow one JSON value a line
      --plan <hash>   deploy, activate: run what this plan has shown, or say what has changed since
      --key <text>    deploy, activate, rollback: repeating the command with the same key does nothing more
      --unless-older  deploy, for pipelines: not where the commit is part of what is live by then, which ends it as superseded,
                      nor after somebody rolled back, until environment follow-again: that is refused
      --server <name> plan, deploy, activate, rollback: on this server alone; logs: what it wrote; may be given several times
      --only-outdated the same: only on servers that haven’t the live release
      --keep          cancel: what has switched keeps the new release
      --put-back      cancel: what has switched gets the release before back
      --force         rollback: although somebody holds the environment (an admin may)
      --url <url>     the panel (default: FAIRLEAD_URL); the token is read from FAIRLEAD_TOKEN only
  -h, --help

Exit codes: 0 done, or superseded by something newer · 1 the followed deployment failed or was cancelled · 2 wrong command, or no such thing
            3 panel not reached, or token not accepted · 4 refused in this state · 130 interrupted

On the panel's machine:
  fairlead admin owner create --email <address> --name <name>    the password is read from standard input
  fairlead admin token create --name <name> [--role <role>]      prints a token of the owner’s; --days <n> ends it
  fairlead admin backup create <file>     all of the panel, encrypted; the passphrase is read from standard input
  fairlead admin backup restore <file>    into an empty data folder or database, while no panel runs on it
  fairlead admin rotate-key               another key for all secrets, while no panel runs
`

export const commands = [
  'plan',
  'deploy',
  'logs',
  'deployments',
  'releases',
  'activate',
  'rollback',
  'cancel',
  'continue',
  'environments',
] as const
export type CommandName = (typeof commands)[number]
export type Command = {
  name: CommandName
  environment: string
  ref: string | null
  number: number | null
  follow: boolean
  json: boolean
  key: string | null
  /** Hash of the plan that was shown. */
  plan: string | null
  /** Names of servers; [] = all of the environment. */
  servers: string[]
  /** Only servers that lag behind. */
  onlyOutdated: boolean
  unlessOlder: boolean
  /** Of what has taken effect: it stays, or is put back; null = as is usual there. */
  keep: boolean | null
  /** Although somebody holds the environment. */
  force: boolean
  url: string | null
}

/** By noun: `server  add check list …`. */
function otherCommands(): string {
  const nouns = new Map<string, string[]>()
  for (const { entry } of everyOperation()) {
    const [noun = '', verb = ''] = entry.command.split(' ')
    nouns.set(noun, [...(nouns.get(noun) ?? []), verb])
  }
  const line = ([noun, verbs]: [string, string[]]): string => `  ${noun.padEnd(13)} ${verbs.sort().join(' ')}`.trimEnd()
  return [...nouns].sort().map(line).join('\n')
}

export const options = {
  follow: { type: 'boolean', short: 'f', default: false },
  json: { type: 'boolean', default: false },
  key: { type: 'string' },
  plan: { type: 'string' },
  server: { type: 'string', multiple: true },
  'only-outdated': { type: 'boolean', default: false },
  'unless-older': { type: 'boolean', default: false },
  keep: { type: 'boolean', default: false },
  'put-back': { type: 'boolean', default: false },
  force: { type: 'boolean', default: false },
  url: { type: 'string' },
} as const

/** How many words each command takes after its name: at least, at most. */
export const words: Record<CommandName, [least: number, most: number]> = {
  plan: [1, 2],
  deploy: [1, 2],
  logs: [1, 2],
  deployments: [1, 1],
  releases: [1, 1],
  activate: [2, 2],
  rollback: [1, 1],
  cancel: [1, 2],
  continue: [1, 2],
  environments: [0, 0],
}
type OptionName = keyof typeof options
/** Which commands know an option; one that isn't here belongs to all of them. */
const knownTo: Partial<Record<OptionName, readonly CommandName[]>> = {
  follow: ['deploy', 'logs', 'activate', 'rollback'],
  key: ['deploy', 'activate', 'rollback'],
  plan: ['deploy', 'activate'],
  server: ['plan', 'deploy', 'logs', 'activate', 'rollback'],
  'only-outdated': ['plan', 'deploy', 'activate', 'rollback'],
  'unless-older': ['deploy'],
  keep: ['cancel'],
  'put-back': ['cancel'],
  force: ['rollback'],
}

export function optionsOf(command: CommandName): OptionName[] {
  return (Object.keys(options) as OptionName[]).filter((name) => knownTo[name]?.includes(command) ?? true)
}

/** Throws Stop (usage) for anything that isn't a command; options it would ignore are refused, not ignored. */
export function parseCommand(args: string[]): Command {
  const { values, positionals } = parsed(args)
  const [given, environment = '', second] = positionals
  const name = commands.find((known) => known === given)
  if (!name) throw wrong(given === undefined ? 'Which command?' : `There is no command “${given}”.`)
  const [least, most] = words[name]
  if (positionals.length - 1 < least)
    throw wrong(environment === '' ? `${name}: which environment?` : `${name}: which number?`)
  if (positionals.length - 1 > most) throw wrong(`${name}: “${positionals[most + 1]}” is too much.`)
  const known = optionsOf(name)
  for (const option of Object.keys(options) as OptionName[])
    if (values[option] !== undefined && values[option] !== false && !known.includes(option))
      throw wrong(`${name} knows no --${option}.`)
  if (values.keep && values['put-back']) throw wrong(`${name}: --keep or --put-back, not both.`)
  const isRef = name === 'deploy' || name === 'plan'
  return {
    name,
    environment,
    ref: isRef ? (second ?? null) : null,
    number: isRef || second === undefined ? null : numberOf(second),
    follow: values.follow,
    json: values.json,
    key: values.key ?? null,
    plan: values.plan ?? null,
    servers: values.server ?? [],
    onlyOutdated: values['only-outdated'],
    unlessOlder: values['unless-older'],
    keep: values.keep ? true : values['put-back'] ? false : null,
    force: values.force,
    url: values.url ?? null,
  }
}

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true })
  } catch (error) {
    throw wrong(error instanceof Error ? error.message.split('. ')[0]! + '.' : 'This is no command.')
  }
}

function numberOf(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw wrong(`“${text}” is not a number of a release or deployment.`)
  return Number(text)
}

function wrong(message: string): Stop {
  return new Stop(exits.usage, `${message} See: fairlead --help`)
}
