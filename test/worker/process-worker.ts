// A worker in a process of its own, whose clock may be wrong (`CLOCK_SHIFT_MS`). Of its repositories it says to its parent that it
// opens one, and finds it gone when it is told so: deployments end before any server is touched.
import { randomBytes } from 'node:crypto'
import pino from 'pino'
import type { Mirrors } from '@/lib/deploy/types.ts'
import { PanelError } from '@/lib/errors.ts'
import { openSecrets } from '@/lib/secrets.ts'
import { openConnector } from '@/lib/ssh/connector.ts'
import { openDatabase } from '@/lib/store/database.ts'
import { ensurePanelId } from '@/lib/store/settings.ts'
import { startWorker } from '@/lib/worker/loop.ts'
import { openRecent } from '@/lib/worker/recent.ts'
import { Turns } from '@/lib/worker/turns.ts'

const shift = Number(process.env.CLOCK_SHIFT_MS ?? 0)
const RealDate = Date
globalThis.Date = class extends RealDate {
  constructor(...given: unknown[]) {
    super(...((given.length === 0 ? [RealDate.now() + shift] : given) as [number]))
  }
  static override now(): number {
    return RealDate.now() + shift
  }
} as DateConstructor

function gone(url: string): Promise<never> {
  process.send?.({ opens: url })
  return new Promise((_, reject) => {
    const hear = (told: { isGone: string }): void => {
      if (told.isGone !== url) return
      process.off('message', hear)
      reject(new PanelError('not_found', 'There is no such repository.'))
    }
    process.on('message', hear)
  })
}
const mirrors: Mirrors = { open: ({ url }) => gone(url), lsRemote: ({ url }) => gone(url) }

process.setMaxListeners(100)
process.once('disconnect', () => process.exit(1))
const db = openDatabase(process.argv[2] ?? '')
await startWorker(
  {
    id: `worker-${process.pid}`,
    db,
    secrets: openSecrets(randomBytes(32)),
    connector: openConnector(),
    mirrors,
    panelId: await ensurePanelId(db),
    hooks: openRecent(32),
    turns: new Turns(),
    log: pino({ level: 'silent' }),
  },
  'test',
)
process.send?.({ isReady: true })
