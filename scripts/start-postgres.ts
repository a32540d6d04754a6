// The embedded PostgreSQL of a running panel: started again at the same address when it ends by itself.
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { startPostgres } from './embedded-postgres.ts'

type KeptPostgres = { url: string; stop(): Promise<void> }

const longestWaitMs = 30_000

/** @throws PanelError unavailable when the first start fails; later ones are tried again and again. */
export async function keepPostgres(folder: string, log: Logger): Promise<KeptPostgres> {
  let server = await startPostgres(folder)
  const { url } = server
  const port = Number(new URL(url).port)
  log.info({ reused: server.reused }, 'PostgreSQL runs')
  const stopping = new AbortController()

  const watch = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await server.ended
      let waitMs = 250
      while (!stopping.signal.aborted) {
        log.error({ againInMs: waitMs }, 'PostgreSQL ended by itself')
        await delay(waitMs, undefined, { signal: stopping.signal }).catch(() => {})
        if (stopping.signal.aborted) return
        try {
          server = await startPostgres(folder, { port })
          log.info('PostgreSQL runs again')
          break
        } catch (error) {
          log.error({ error }, 'PostgreSQL did not start')
          waitMs = Math.min(waitMs * 2, longestWaitMs)
        }
      }
    }
  }
  const watching = watch()

  return {
    url,
    async stop() {
      stopping.abort()
      await server.stop()
      // One that was just being started again is stopped too.
      await watching
      await server.stop()
    },
  }
}
