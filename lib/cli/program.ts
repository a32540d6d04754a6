// What `fairlead` does with its command line.
import { commands, parseCommand, usage } from './arguments.ts'
import { parseBlueprint, runBlueprint } from './blueprint.ts'
import { openClient, type Client } from './client.ts'
import { candidates } from './complete.ts'
import { completionFor } from './completion.ts'
import { exits, Stop, type Exit } from './exit.ts'
import { findOperation, parseOperation, usageOf } from './operation-command.ts'
import type { Streams } from './output.ts'
import { runOperation } from './run-operation.ts'
import { run } from './run.ts'
import { parseVariables, runVariables, variablesUsage } from './variables.ts'

const streams: Streams = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isTerminal: process.stdout.isTTY,
}

export type Admin = (args: string[], env: NodeJS.ProcessEnv, streams: Streams) => Promise<Exit>

async function main(args: string[], admin: Admin): Promise<Exit> {
  const [first = ''] = args
  const found = commands.some((known) => known === first) ? null : findOperation(args)
  if (args.includes('--help') || args.includes('-h') || first === 'help') {
    streams.out(first === 'variables' ? variablesUsage : found ? usageOf(found.entry) : usage())
    return exits.done
  }
  if (first === 'admin') return admin(args.slice(1), process.env, streams)
  const open = (url: string | null): Client => openClient(url ?? process.env.FAIRLEAD_URL, process.env.FAIRLEAD_TOKEN)
  if (first === 'completion') {
    streams.out(completionFor(args.slice(1)))
    return exits.done
  }
  if (first === 'complete') {
    for (const word of await candidates(args.slice(args[1] === '--' ? 2 : 1), () => open(null)))
      streams.out(`${word}\n`)
    return exits.done
  }
  const blueprint = parseBlueprint(args)
  if (blueprint) return runBlueprint(blueprint, open(blueprint.url), streams)
  const variables = parseVariables(args)
  if (variables) return runVariables(variables, open(variables.url), streams)
  if (found) {
    const command = await parseOperation(found.entry, found.rest)
    return runOperation(command, open(command.url), streams)
  }
  const command = parseCommand(args)
  return run(command, open(command.url), streams)
}

/** The whole program: reads the command line, and sets the exit code. */
export function startProgram(admin: Admin): void {
  // Ended from here so that a following stream doesn't keep the process; `exitCode` lets output drain.
  process.once('SIGINT', () => {
    streams.err('\nStopped watching. What was started goes on; “fairlead cancel” ends it.\n')
    process.exit(exits.interrupted)
  })
  // A reader that has enough (`| head`) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exits.done)
    throw error
  })

  main(process.argv.slice(2), admin).then(
    (exit) => {
      process.exitCode = exit
    },
    (error: unknown) => {
      if (error instanceof Stop) {
        streams.err(`fairlead: ${error.message}\n`)
        if (process.argv.includes('--json') && error.body) streams.out(`${JSON.stringify(error.body)}\n`)
        process.exitCode = error.exit
      } else {
        streams.err(`fairlead: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
        process.exitCode = exits.unreachable
      }
    },
  )
}
