// The panel whose data lie on this machine, running or at rest.
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { PanelError } from '@/lib/errors.ts'
import { openContext, type Context } from '@/lib/panel/context.ts'
import { readSettings } from '@/lib/settings.ts'
import { openDatabase, type Database } from '@/lib/store/database.ts'
import { hasWorker } from '@/lib/store/workers.ts'
import { findPostgres, startPostgres } from '@/scripts/embedded-postgres.ts'
import { migrate } from '@/scripts/migrate.ts'
import { holdFolder, openFolder } from '@/scripts/start-folder.ts'

/** A running panel isn't disturbed; settings as `npm start` reads them: the same data folder, and the embedded database unless DATABASE_URL names another. */
export async function openPanel(env: NodeJS.ProcessEnv): Promise<Context> {
  const dataDir = dataFolder(env)
  const url = env.DATABASE_URL || (await findPostgres(join(dataDir, 'postgres')))
  if (!url)
    throw new PanelError(
      'unavailable',
      `No panel runs with the data in ${dataDir}. Start it, or set FAIRLEAD_DATA or DATABASE_URL.`,
    )
  return openContext(readSettings({ ...env, FAIRLEAD_DATA: dataDir, DATABASE_URL: url }))
}

export type Resting = { db: Database; dataDir: string }

/**
 * Does `work` while no part of the panel runs here, on its database with the newest schema; an embedded one is started for it
 * and stopped again. PanelError conflict while a panel or a worker is alive.
 */
export async function withRestingPanel<T>(env: NodeJS.ProcessEnv, work: (panel: Resting) => Promise<T>): Promise<T> {
  const dataDir = dataFolder(env)
  await openFolder(dataDir)
  const undo: (() => Promise<void>)[] = []
  try {
    for (const part of ['panel', 'web', 'worker']) undo.push(await holdFolder(dataDir, part))
    let url = env.DATABASE_URL
    if (!url) {
      const postgres = await startPostgres(join(dataDir, 'postgres'))
      undo.push(() => postgres.stop())
      url = postgres.url
    }
    await migrate(url, join(projectRoot(), 'prisma/migrations'))
    const db = openDatabase(url)
    undo.push(() => db.close())
    if (await hasWorker(db))
      throw new PanelError('conflict', 'A worker of this panel is running. Stop every part of the panel first.')
    return await work({ db, dataDir })
  } finally {
    for (const step of undo.reverse()) await step()
  }
}

function dataFolder(env: NodeJS.ProcessEnv): string {
  return resolve(env.FAIRLEAD_DATA || join(projectRoot(), '.data'))
}

/** The folder of package.json, from the sources as from the built program. */
function projectRoot(): string {
  let folder = import.meta.dirname
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder)
  return folder
}
