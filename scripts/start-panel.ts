// Starts the parts of a panel: data folder, database, migrations, then the web process and the worker as children.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { PanelError } from '../lib/errors.ts'
import { ensureKey } from '../lib/secrets.ts'
import { readSettings, type Settings } from '../lib/settings.ts'
import { migrate } from './migrate.ts'
import { keepRunning, type ChildSpec } from './start-children.ts'
import { checkGivenSecret, checkPlatform, checkPort, holdFolder, openFolder } from './start-folder.ts'
import { keepPostgres } from './start-postgres.ts'

export const parts = ['web', 'worker'] as const
export type Part = (typeof parts)[number]

export type RunningPanel = {
  settings: Settings
  /** Where a person opens it: the public address, or one that works on this machine. */
  url: string
  /** Web and worker first, the database last. */
  stop(): Promise<void>
}

const root = join(import.meta.dirname, '..')

/**
 * Starts the named parts; resolves once the web process answers (without one: once the worker was started).
 * @throws PanelError with words for the person at the console; whatever had been started is stopped.
 */
export async function startPanel(wanted: readonly Part[], env: NodeJS.ProcessEnv, log: Logger): Promise<RunningPanel> {
  checkPlatform(process.platform, process.arch, process.version)
  checkGivenSecret('AUTH_SECRET', env.AUTH_SECRET)
  const apart = wanted.length < parts.length
  if (apart && !env.DATABASE_URL)
    throw new PanelError(
      'invalid',
      `The ${wanted.join()} alone needs DATABASE_URL: all parts of a panel share one database.`,
    )
  const dataDir = resolve(env.FAIRLEAD_DATA || join(root, '.data'))
  // An embedded database has no address yet; whatever else is wrong is said before it is started.
  const known = { ...env, FAIRLEAD_DATA: dataDir, DATABASE_URL: env.DATABASE_URL || 'postgresql://embedded' }
  const { port, host } = readSettings(known)
  await openFolder(dataDir)

  const undo: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse())
      await step().catch((error: unknown) => log.error({ error }, 'while stopping'))
  }
  try {
    undo.push(await holdFolder(dataDir, apart ? wanted.join() : 'panel'))
    const keyFile = join(dataDir, 'secret.key')
    if (apart && wanted.includes('worker') && !existsSync(keyFile))
      throw new PanelError(
        'invalid',
        `${keyFile} is missing. Copy it from the data folder of the panel's web process: they share one key.`,
      )
    await ensureKey(keyFile)
    if (wanted.includes('web')) await checkPort(port, host)

    if (!env.DATABASE_URL) {
      const postgres = await keepPostgres(join(dataDir, 'postgres'), log)
      undo.push(() => postgres.stop())
      known.DATABASE_URL = postgres.url
    }
    const settings = readSettings(known)
    const applied = await migrate(settings.databaseUrl, join(root, 'prisma/migrations'))
    if (applied.length > 0) log.info({ applied }, 'database brought up to date')

    const children = wanted.map((part) => keepRunning(specOf(part, settings, known), log, join(root, 'dist/leash.mjs')))
    undo.push(async () => void (await Promise.all(children.map((child) => child.stop()))))
    if (wanted.includes('web')) await webAnswers(settings)
    return { settings, url: settings.publicUrl ?? localUrl(settings), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function specOf(part: Part, settings: Settings, env: NodeJS.ProcessEnv): ChildSpec {
  const programs = join(root, 'dist')
  const common = { ...env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', FAIRLEAD_PROGRAMS: programs }
  if (part === 'worker') return { name: part, file: join(root, 'dist/worker.mjs'), env: common }
  // Redirects after signing in are made from AUTH_URL; without it from the address that the browser used.
  const auth = settings.publicUrl ? { AUTH_URL: settings.publicUrl } : {}
  const next = createRequire(import.meta.url).resolve('next/dist/bin/next')
  const args = ['start', root, '-p', String(settings.port), '-H', settings.host]
  return { name: part, file: next, preload: [join(root, 'dist/front.mjs')], args, env: { ...common, ...auth } }
}

function localUrl({ host, port }: Settings): string {
  const everywhere = host === '0.0.0.0' || host === '::'
  return `http://${everywhere ? 'localhost' : host.includes(':') ? `[${host}]` : host}:${port}`
}

async function webAnswers(settings: Settings): Promise<void> {
  const address = `${localUrl(settings).replace('localhost', '127.0.0.1')}/api/health`
  const until = Date.now() + 60_000
  for (;;) {
    const answered = await fetch(address, { signal: AbortSignal.timeout(5_000) }).catch(() => null)
    await answered?.body?.cancel()
    if (answered?.ok) return
    if (Date.now() > until)
      throw new PanelError('unavailable', `The web process did not answer at ${address} within a minute.`)
    await delay(100)
  }
}
