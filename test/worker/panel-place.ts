// A place with the panel's side too: what people ask is answered by a worker that has repositories and servers.
import { join } from 'node:path'
import pino from 'pino'
import type { Context } from '@/lib/panel/context.ts'
import { bootstrapCommand } from '@/lib/deploy/bootstrap.ts'
import { openMirrors } from '@/lib/git/mirrors.ts'
import { readSettings } from '@/lib/settings.ts'
import { openConnector } from '@/lib/ssh/connector.ts'
import { startAnswering } from '@/lib/worker/asks.ts'
import { openRecent } from '@/lib/worker/recent.ts'
import { openPlace } from './place.ts'
import type { Place } from './place.ts'

/** Close it. */
export async function openPanelPlace(): Promise<{ place: Place; ctx: Context; close(): Promise<void> }> {
  const place = await openPlace()
  await place.worker()
  const { db, secrets, folder } = place
  const connector = openConnector({ standby: bootstrapCommand })
  const mirrors = await openMirrors({ folder: join(folder, 'asked'), localPrefixes: [`${folder}/`] })
  const log = pino({ level: 'silent' })
  const answering = await startAnswering({
    ...{ db, secrets, connector, mirrors, log },
    hooks: openRecent(8),
    panelId: 'panel',
  })
  return {
    place,
    ctx: { db, secrets, settings: readSettings({ DATABASE_URL: db.url, FAIRLEAD_DATA: folder }) },
    async close() {
      await answering.stop()
      await connector.close()
      await place.close()
    },
  }
}
