// A whole panel with everything real, whose processes can be killed: embedded PostgreSQL, two workers, OpenSSH hosts, and the
// web process where there is a production build of it.
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pino from 'pino'
import { openContext, systemActor } from '@/lib/panel/context.ts'
import type { Context } from '@/lib/panel/context.ts'
import { ensureKey } from '@/lib/secrets.ts'
import { readSettings } from '@/lib/settings.ts'
import { migrate } from '../../scripts/migrate.ts'
import { keepPostgres } from '../../scripts/start-postgres.ts'
import type { Host } from '../hosts/hosts.ts'
import { startHeir } from '../postgres.ts'
import { openLine } from './line.ts'
import { openWeb } from './web.ts'
import { workerProgram } from './worker-program.ts'
import { Kept } from './process.ts'
import { makeSample } from './sample.ts'
import { insertServer, insertSite } from './site.ts'
import type { Known, Site } from './site.ts'

const projectRoot = join(import.meta.dirname, '../..')
const clock = join(import.meta.dirname, 'clock.mjs')
export const actor = systemActor('console')
export type Panel = Awaited<ReturnType<typeof openPanel>>

type Given = {
  /** Whether there is a production build, and so a web process. */
  isBuilt: boolean
  /** Started, and stopped with the panel. */
  hosts: Promise<Host>[]
}

/** Starts everything. Close it. */
export async function openPanel({ isBuilt, hosts: starting }: Given) {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-faults-'))
  const heir = startHeir(folder)
  const dataDir = join(folder, 'data')
  const said: string[] = []
  const log = pino({ name: 'postgres' }, { write: (line: string) => void said.push(line.trimEnd()) })
  await ensureKey(join(dataDir, 'secret.key'))
  const [postgres, hosts] = await Promise.all([keepPostgres(join(folder, 'postgres'), log), Promise.all(starting)])
  await migrate(postgres.url, join(projectRoot, 'prisma/migrations'))
  const line = await openLine(postgres.url)
  const given = { DATABASE_URL: line.url, FAIRLEAD_DATA: dataDir, FAIRLEAD_LOCAL_REPOSITORIES: `${folder}/` }
  // Whoever looks on, and does what people do, has a line of its own.
  const ctx = openContext(readSettings({ ...given, DATABASE_URL: postgres.url }))
  const sample = makeSample(join(folder, 'repository'))
  const known: Known[] = []
  for (const [index, host] of hosts.entries()) known.push(await insertServer(ctx, `web-${index + 1}`, host))
  const newSite = (count: number) => insertSite(ctx, known.slice(0, count), sample.repository.path)
  const sites = new Map<number, Promise<Site>>()
  /** Makes room on the servers. */
  const removeSite = async ({ targets }: Site): Promise<void> => {
    for (const { host, root } of targets) await host.shell(`rm -rf ${root} ${root}-said/*`)
  }

  const program = await workerProgram()
  const ids = new Map<string, Kept>()
  const workers = ['worker-1', 'worker-2'].map((name) => {
    const kept: Kept = new Kept(
      name,
      ['--import', clock, program],
      { ...process.env, ...given, FAIRLEAD_LOG_LEVEL: 'info' },
      (line) => {
        const id = /"worker":"([0-9a-f-]{36})"/.exec(line)?.[1]
        if (id) ids.set(id, kept)
      },
    )
    return kept
  })

  const web = isBuilt ? await openWeb(ctx, given) : null
  let killed = ''
  const postmaster = async () =>
    (await readFile(join(folder, 'postgres/data/postmaster.pid'), 'utf8')).split('\n')[0] ?? ''

  return {
    ctx,
    hosts,
    /** Another environment on the first so many servers, to which nothing was deployed yet. */
    newSite,
    /** The environment on the first so many servers that is used again and again. */
    site(count: number): Promise<Site> {
      const site = sites.get(count) ?? newSite(count)
      sites.set(count, site)
      return site
    },
    /** That environment is beyond use: the next one is another. */
    async forget(count: number): Promise<void> {
      const site = await sites.get(count)
      sites.delete(count)
      if (site) await removeSite(site)
    },
    removeSite,
    sample,
    workers,
    web,
    /** To PostgreSQL, of workers and web. */
    line,
    /** What PostgreSQL's keeper and the workers said lately. */
    lines: () => [
      ...said.slice(-40),
      ...[...workers, ...(web ? [web.kept] : [])].flatMap(({ name, lines }) =>
        lines.slice(-60).map((line) => `${name} ${line}`),
      ),
    ],
    /** The process of a worker, by the id that claims carry. */
    workerOf: (id: string | null) => (id === null ? undefined : ids.get(id)),
    /** Kills the whole of PostgreSQL at its root, as the kernel would; its keeper starts it again. */
    async killPostgres(): Promise<void> {
      const pid = await postmaster()
      // It may have been killed a moment ago.
      if (pid === killed) return
      killed = pid
      process.kill(Number(pid), 'SIGKILL')
    },
    /** Kills one of PostgreSQL's own processes, as a kernel short of memory would: it ends all others and recovers. */
    async killConnection(): Promise<void> {
      const { rows } = await ctx.db.pool.query<{ pid: number }>(
        'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      )
      if (rows[0]) process.kill(rows[0].pid, 'SIGKILL')
    },
    /** Resolves when PostgreSQL answers that wasn't killed. */
    async ready(): Promise<void> {
      while ((await postmaster().catch(() => killed)) === killed || !(await answers(ctx))) await delay(50)
    },
    /** What killed workers left on the panel's own machine: payloads, locks of git, orphans that work in its folder. */
    async leftBehind(): Promise<string[]> {
      const mirrors = join(dataDir, 'mirrors')
      const files = (await readdir(mirrors, { recursive: true })).filter((name) =>
        /^spool\/[^/]+\/(?!holder$)|\.lock$/.test(name),
      )
      const processes: string[] = []
      for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
        const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')
        if (!environment.includes(`GIT_DIR=${mirrors}`)) continue
        const parent = /^PPid:\t(\d+)$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''))?.[1]
        // Workers that live keep some for a while.
        if (!workers.some((worker) => worker.pid === Number(parent)))
          processes.push(await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => ''))
      }
      return [...files, ...processes]
    },
    async close(): Promise<void> {
      await Promise.all([...workers, ...(web ? [web.kept] : [])].map((one) => one.stop()))
      await ctx.db.close()
      await line.close()
      await postgres.stop()
      await Promise.all(hosts.map((host) => host.stop()))
      await heir.leave()
      await rm(program, { force: true })
    },
  }
}

async function answers(ctx: Context): Promise<boolean> {
  return ctx.db.pool.query('SELECT 1').then(
    () => true,
    () => false,
  )
}
