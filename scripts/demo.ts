// `npm run demo`: starts the demo and says what to do with it.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pino from 'pino'
import { PanelError } from '../lib/errors.ts'
import { logLevels } from '../lib/settings.ts'
import { startDemo, type RunningDemo } from './demo-panel.ts'
import { endOnSignal } from './start-ending.ts'

const { values } = parseArgs({ options: { folder: { type: 'string' }, port: { type: 'string' } } })
const folder = values.folder ?? join(import.meta.dirname, '../.data/demo')
const log = pino({
  name: 'demo',
  level: logLevels.find((level) => level === process.env.FAIRLEAD_LOG_LEVEL) ?? 'warn',
  serializers: { error: pino.stdSerializers.err },
})

function explain(demo: RunningDemo): string {
  return `
  Fairlead runs at   ${demo.url}
  Sign in as         ${demo.email}
  with the password  ${demo.password}

  A first deployment has succeeded. Its page is served at  ${demo.siteUrl}

  Push a commit:
    git clone ${demo.repository} sample && cd sample
    sed -i 's/first release/second release/' index.html
    git -c user.name=You -c user.email=you@example.org commit -am 'Say hello again' && git push
  then press Deploy, watch the log, reload the page, and put the first release back.

  Ctrl-C stops everything; ${folder} holds it all.
`
}

function portNumber(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port > 0 && port < 65_535) return port
  throw new PanelError('invalid', `${text} is not a port.`)
}

async function main(): Promise<void> {
  const starting = startDemo(folder, log, values.port === undefined ? {} : { port: portNumber(values.port) })
  endOnSignal(async () => (await starting).stop())
  console.log(explain(await starting))
}

main().catch((error: unknown) => {
  console.error(error instanceof PanelError ? `\n${error.message}\n` : error)
  process.exit(1)
})
