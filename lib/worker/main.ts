// The worker process: opens what it works with, works until it is told to stop.
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import pino from 'pino'
import { bootstrapCommand } from '@/lib/deploy/bootstrap.ts'
import { openMirrors } from '@/lib/git/mirrors.ts'
import { openContext } from '@/lib/panel/context.ts'
import { readSettings } from '@/lib/settings.ts'
import { openConnector } from '@/lib/ssh/connector.ts'
import { ensurePanelId } from '@/lib/store/settings.ts'
import { startAnswering } from './asks.ts'
import { watchDrift } from './drift.ts'
import { watchMessages } from './telling.ts'
import { watchPushes } from './watch-pushes.ts'
import { watchTimes } from './watch-times.ts'
import { openRecent } from './recent.ts'
import { Turns } from './turns.ts'
import { startWorker } from './loop.ts'
import type { Worker } from './worker.ts'

const settings = readSettings(process.env)
const log = pino({ name: 'fairlead-worker', level: settings.logLevel })

async function main(): Promise<void> {
  const { db, secrets } = openContext(settings)
  const connector = openConnector({ standby: bootstrapCommand })
  const mirrors = await openMirrors({
    folder: join(settings.dataDir, 'mirrors'),
    localPrefixes: settings.localRepositories,
    privateHosts: settings.privateHosts,
  })
  const worker: Worker = {
    id: randomUUID(),
    db,
    secrets,
    connector,
    mirrors,
    panelId: await ensurePanelId(db),
    hooks: openRecent(32),
    turns: new Turns(),
    spool: join(settings.dataDir, 'spool'),
    log,
  }
  const answering = await startAnswering(worker)
  const working = await startWorker(worker, '0.1.0')
  const watching = watchDrift(worker)
  const following = await watchPushes(worker)
  const timing = watchTimes(worker)
  const telling = await watchMessages({ ...worker, settings })
  log.info({ worker: worker.id }, 'working')

  let isStopping = false
  const stop = (): void => {
    if (isStopping) return
    isStopping = true
    void Promise.all([
      working.stop(),
      answering.stop(),
      watching.stop(),
      following.stop(),
      timing.stop(),
      telling.stop(),
    ])
      .then(() => connector.close())
      .then(() => db.close())
      .finally(() => process.exit(0))
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

main().catch((error: unknown) => {
  log.fatal({ err: error }, 'the worker could not start')
  process.exit(1)
})
