// `npm start`: the parent of a panel. `npm start -- web` and `npm start -- worker` start one part alone, on any machine.
import pino from 'pino'
import { PanelError } from '../lib/errors.ts'
import { openContext } from '../lib/panel/context.ts'
import { isSetUp, makeSetupToken } from '../lib/panel/setup.ts'
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

/** Says where the panel is and, while it has no owner, the one link that makes one. */
async function announce({ settings, url }: RunningPanel): Promise<void> {
  const context = openContext(settings)
  try {
    console.log(`\n  Fairlead runs at ${url}`)
    if (!(await isSetUp(context)))
      console.log(
        `  Make the owner's account there, once, with this link:\n  ${url}/setup?token=${await makeSetupToken(context)}`,
      )
    console.log('')
  } finally {
    await context.db.close()
  }
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
