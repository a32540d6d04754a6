// `npm start`: the parent of a panel. `npm start -- web` and `npm start -- worker` start one part alone, on any machine.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import pino from 'pino'
import { PanelError } from '../lib/errors.ts'
import { logLevels } from '../lib/settings.ts'
import { endOnSignal } from './start-ending.ts'
import { parts, startPanel, type Part, type RunningPanel } from './start-panel.ts'

const log = pino({
  name: 'fairlead',
  // Another one is complained of in words, with all other settings.
  level: logLevels.find((level) => level === process.env.FAIRLEAD_LOG_LEVEL) ?? 'info',
  serializers: { error: pino.stdSerializers.err },
})

function wantedParts(args: string[]): readonly Part[] {
  const [name, ...more] = args
  if (name === undefined) return parts
  const part = parts.find((known) => known === name)
  if (!part || more.length > 0) throw new PanelError('invalid', 'Usage: npm start [-- web | -- worker]')
  return [part]
}

/** See start-announce.ts. @throws when it couldn't say it. */
async function announce({ settings, url }: RunningPanel): Promise<void> {
  const env = { ...process.env, DATABASE_URL: settings.databaseUrl, FAIRLEAD_DATA: settings.dataDir }
  const child = spawn(process.execPath, [join(import.meta.dirname, 'announce.mjs'), url], { stdio: 'inherit', env })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`the panel runs at ${url}, but its set-up could not be read`)
}

async function main(): Promise<void> {
  const wanted = wantedParts(process.argv.slice(2))
  const starting = startPanel(wanted, process.env, log)
  endOnSignal(async (signal) => {
    log.info({ signal }, 'stopping')
    await (await starting).stop()
  })
  const panel = await starting
  if (wanted.includes('web')) await announce(panel)
}

main().catch((error: unknown) => {
  if (error instanceof PanelError) console.error(`\n${error.message}\n`)
  else log.fatal({ error }, 'could not start')
  process.exit(1)
})
