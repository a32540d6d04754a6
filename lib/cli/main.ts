// `fairlead`: deploys from a terminal or a script, over the panel's API. `fairlead admin` works on the panel's own database.
import { parseCommand, usage } from './arguments.ts'
import { openClient } from './client.ts'
import { exits, Stop, type Exit } from './exit.ts'
import type { Streams } from './output.ts'
import { run } from './run.ts'

const streams: Streams = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isTerminal: process.stdout.isTTY,
}

async function main(args: string[]): Promise<Exit> {
  if (args.includes('--help') || args.includes('-h') || args[0] === 'help') {
    streams.out(usage)
    return exits.done
  }
  if (args[0] === 'admin') {
    // Needs the database and everything below it; commands over HTTP start without.
    const { admin } = await import('./admin.ts')
    return admin(args.slice(1), process.env, streams)
  }
  const command = parseCommand(args)
  const client = openClient(command.url ?? process.env.FAIRLEAD_URL, process.env.FAIRLEAD_TOKEN)
  return run(command, client, streams)
}

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

main(process.argv.slice(2)).then(
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
