// A panel as several processes: webs and workers on one database and one data folder, an OpenSSH server, a Git host.
import { execFile } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openContext, systemActor } from '@/lib/panel/context.ts'
import { saveTriggers } from '@/lib/panel/following.ts'
import { createEnvironment } from '@/lib/panel/environments.ts'
import { createProject } from '@/lib/panel/projects.ts'
import { ensureKey } from '@/lib/secrets.ts'
import { readSettings } from '@/lib/settings.ts'
import { testDatabase } from '../database.ts'
import { startWeb } from '../faults/web.ts'
import { workerProgram } from '../faults/worker-program.ts'
import { Kept } from '../faults/process.ts'
import { insertServer } from '../faults/site.ts'
import { Repository, temporaryFolder } from '../git/fixtures.ts'
import { startHost } from '../hosts/hosts.ts'
import { openGitHost } from './git-host.ts'

export const actor = systemActor('console')
export type Panels = Awaited<ReturnType<typeof openPanels>>

/** Needs the production build. Close it. */
export async function openPanels({ webs, workers }: { webs: number; workers: number }) {
  const folder = temporaryFolder()
  const dataDir = join(folder, 'data')
  mkdirSync(join(folder, 'repositories'))
  await ensureKey(join(dataDir, 'secret.key'))
  const [database, host, git] = await Promise.all([
    testDatabase(),
    startHost(),
    openGitHost(join(folder, 'repositories')),
  ])
  const given = { DATABASE_URL: database.url, FAIRLEAD_DATA: dataDir, GIT_SSL_CAINFO: git.certificate }
  const ctx = openContext(readSettings(given))
  const known = await insertServer(ctx, 'web-1', host)
  const program = await workerProgram()
  const env = { ...process.env, ...given, FAIRLEAD_LOG_LEVEL: 'info' }
  const crew = Array.from({ length: workers }, (_, at) => new Kept(`worker-${at}`, [program], env))
  for (const worker of crew) worker.start()
  const fronts = await Promise.all(Array.from({ length: webs }, (_, at) => startWeb(`web-${at}`, given)))

  return {
    ctx,
    host,
    git,
    urls: fronts.map(({ url }) => url),
    workers: crew,
    /** A project of the Git host's repository, which `clone` pushes to. */
    async project(name: string) {
      const url = git.repository(name)
      const { id } = await createProject(ctx, actor, { name, repositoryUrl: url, access: 'none' })
      const clone = new Repository(join(folder, `clone-${name}`))
      clone.git('remote', 'add', 'origin', url)
      /** The Git host lives in this process, so nothing may wait for git in the meantime. */
      const push = async (...refs: string[]): Promise<void> => {
        const env = {
          ...process.env,
          GIT_CONFIG_GLOBAL: '/dev/null',
          GIT_CONFIG_NOSYSTEM: '1',
          GIT_SSL_CAINFO: git.certificate,
        }
        await promisify(execFile)('git', ['push', '-q', 'origin', ...refs], { cwd: clone.path, env })
      }
      return { id, url, clone, push }
    },
    /** An environment that follows what `triggers` says; its root on the server. */
    async environment(projectId: string, name: string, triggers: object = {}): Promise<{ id: string; root: string }> {
      const root = await host.root()
      const { id } = await createEnvironment(ctx, actor, {
        projectId,
        name,
        branch: 'main',
        servers: [{ serverId: known.serverId, root }],
        permissions: { owner: 'deployer', group: 'deployer', mode: 'keep-exec' },
      })
      await saveTriggers(ctx, actor, { environmentId: id, triggers: { isOn: true, ...triggers } })
      return { id, root }
    },
    /** What processes said lately, for a test that failed. */
    lines: () =>
      [...crew, ...fronts.map(({ kept }) => kept)].flatMap(({ name, lines }) => lines.map((line) => `${name} ${line}`)),
    async close(): Promise<void> {
      await Promise.all([...crew, ...fronts.map(({ kept }) => kept)].map((kept) => kept.stop()))
      await git.close()
      await ctx.db.close()
      await host.stop()
      await database.drop()
      rmSync(program, { force: true })
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
