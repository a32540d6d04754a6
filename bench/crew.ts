// Workers as processes of their own beside a database, without a web process: to be killed, and to be counted.
import { join } from 'node:path'
import { openContext } from '@/lib/panel/context.ts'
import { ensureKey } from '@/lib/secrets.ts'
import { readSettings } from '@/lib/settings.ts'
import { migrate } from '@/scripts/migrate.ts'
import { Kept } from '@/test/faults/process.ts'
import { startOwnPostgres } from '@/test/postgres.ts'
import { asked, type Asked } from './panel.ts'

export type Crew = Asked & {
  workers: Kept[]
  /** By the id that claims carry. */
  workerOf(id: string): Kept | undefined
  stop(): Promise<void>
}

const root = join(import.meta.dirname, '..')

/** Needs the production build. Resolves once every worker works. */
export async function startCrew(count: number, certificate: string): Promise<Crew> {
  const postgres = await startOwnPostgres('fairlead-crew')
  const given = { DATABASE_URL: postgres.url, FAIRLEAD_DATA: join(postgres.folder, 'data') }
  await ensureKey(join(given.FAIRLEAD_DATA, 'secret.key'))
  await migrate(postgres.url, join(root, 'prisma/migrations'))
  const ctx = openContext(readSettings(given))
  const ids = new Map<string, Kept>()
  const env = { ...process.env, ...given, GIT_SSL_CAINFO: certificate, FAIRLEAD_LOG_LEVEL: 'info' }
  const workers = await Promise.all(
    Array.from({ length: count }, (_, at) => {
      return new Promise<Kept>((resolve) => {
        const kept: Kept = new Kept(`worker-${at + 1}`, [join(root, 'dist/worker.mjs')], env, (line) => {
          const id = /"worker":"([0-9a-f-]{36})".*"working"/.exec(line)?.[1]
          if (id === undefined) return
          ids.set(id, kept)
          resolve(kept)
        })
        kept.start()
      })
    }),
  )
  return {
    ...asked(ctx),
    workers,
    workerOf: (id) => ids.get(id),
    async stop() {
      await Promise.all(workers.map((worker) => worker.stop()))
      await ctx.db.close()
      await postgres.stop()
    },
  }
}
