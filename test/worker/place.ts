// A panel's worker with everything real: Postgres, an OpenSSH server, a Git repository.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHash, randomBytes } from 'node:crypto'
import pino from 'pino'
import { bootstrapCommand } from '@/lib/deploy/bootstrap.ts'
import { openMirrors } from '@/lib/git/mirrors.ts'
import { openSecrets, type Secrets } from '@/lib/secrets.ts'
import { openConnector } from '@/lib/ssh/connector.ts'
import { reduce } from '@/lib/deploy/reducer.ts'
import type { DeploymentState } from '@/lib/deploy/reducer.ts'
import { openDatabase } from '@/lib/store/database.ts'
import type { Database } from '@/lib/store/database.ts'
import { createDeployment } from '@/lib/store/deployments.ts'
import type { DeploymentSource } from '@/lib/store/deployments.ts'
import { readEvents } from '@/lib/store/events.ts'
import { listen } from '@/lib/store/listen.ts'
import { readChunks } from '@/lib/store/logs.ts'
import { ensurePanelId } from '@/lib/store/settings.ts'
import { isFinished } from '@/lib/deploy/status.ts'
import { openRecent } from '@/lib/worker/recent.ts'
import { Turns } from '@/lib/worker/turns.ts'
import { startWorker } from '@/lib/worker/loop.ts'
import type { RunningWorker } from '@/lib/worker/loop.ts'
import { testDatabase } from '../database.ts'
import { Repository } from '../git/fixtures.ts'
import { startHost } from '../hosts/hosts.ts'
import type { Host } from '../hosts/hosts.ts'

export type Place = Awaited<ReturnType<typeof openPlace>>
type Asked = Exclude<DeploymentSource, { type: 'leave' }>
const key = randomBytes(32)
const secrets = openSecrets(key)

/** One server and one database (`given` is dropped, too); environments are made by `environment()`. Close it. */
export async function openPlace(wanted: Parameters<typeof startHost>[0] = {}, given = testDatabase()) {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-worker-'))
  const [database, host] = await Promise.all([given, startHost(wanted)])
  const db = openDatabase(database.url, { size: 20 })
  const serverId = await insertServer(db, host)
  const running = new Map<string, () => Promise<void>>()
  let workers = 0
  let environments = 0

  return {
    db,
    host,
    /** What `secrets` encrypts with. */
    key,
    secrets,
    folder,
    /** Starts a worker with its own connections and mirrors; `panel` is another one than this place's. */
    async worker(
      options: { address?: { host: string; port: number }; panel?: { url: string; secrets: Secrets } } = {},
    ): Promise<RunningWorker> {
      const id = `worker-${(workers += 1)}`
      const panel = options.panel ?? { url: database.url, secrets }
      const own = openDatabase(panel.url)
      const connector = openConnector({ keepaliveMs: 1_000, standby: bootstrapCommand })
      const mirrors = await openMirrors({ folder: join(folder, id), localPrefixes: [`${folder}/`] })
      if (options.address) await db.prisma.server.update({ where: { id: serverId }, data: options.address })
      const log = pino({ level: process.env.FAIRLEAD_LOG_LEVEL ?? 'silent' })
      const worker = await startWorker(
        {
          id,
          db: own,
          secrets: panel.secrets,
          connector,
          mirrors,
          panelId: await ensurePanelId(own),
          hooks: openRecent(32),
          turns: new Turns(),
          log,
        },
        'test',
      )
      const close = async (): Promise<void> => {
        await worker.stop()
        await connector.close()
        await own.close()
      }
      running.set(id, close)
      return { stop: () => this.stopWorker(id) }
    },
    /** Stops a worker gracefully; it leaves its deployments to others. */
    async stopWorker(id: string): Promise<void> {
      const close = running.get(id)
      running.delete(id)
      await close?.()
    },
    /** An environment on the server, with a repository of its own. */
    async environment(
      more: {
        env?: string
        permissions?: object
        /** As lib/spec/options reads them. */
        options?: object
        appType?: string
        hooks?: { event: string; text: string; user?: string; timeoutMs?: number }[]
      } = {},
    ) {
      environments += 1
      const repository = new Repository(join(folder, `repository-${environments}`))
      const root = await host.root()
      const project = await db.prisma.project.create({
        data: { name: 'Shop', slug: `shop-${environments}`, repositoryUrl: repository.path, access: 'none' },
      })
      const environment = await db.prisma.environment.create({
        data: {
          projectId: project.id,
          name: 'production',
          slug: 'production',
          branch: 'main',
          permissions: more.permissions ?? { owner: 'www-data', group: 'deployer', mode: 'off' },
          options: more.options ?? {},
          appType: more.appType ?? '',
        },
      })
      await db.prisma.target.create({ data: { environmentId: environment.id, serverId, root } })
      if (more.env !== undefined) await saveVariables(db, environment.id, 1, more.env)
      for (const { event, text, user, timeoutMs } of more.hooks ?? [])
        await db.prisma.hookRevision.create({
          data: {
            environmentId: environment.id,
            event,
            number: 1,
            text,
            sha256: sha256(text),
            user: user ?? null,
            timeoutMs: timeoutMs ?? 60_000,
            createdBy: 'test',
          },
        })
      return { id: environment.id, root, repository }
    },
    saveVariables: (environmentId: string, number: number, text: string) =>
      saveVariables(db, environmentId, number, text),
    request(environmentId: string, source: Asked = { type: 'git', ref: 'main' }) {
      const kind = ({ git: 'deploy', release: 'activate', variables: 'configure', files: 'configure' } as const)[
        source.type
      ]
      return createDeployment(db, { environmentId, kind, source, by: 'user:1', byName: 'Ada' })
    },
    /** Resolves with the state once `isThere`; every event and chunk wakes it. */
    async until(
      deploymentId: string,
      isThere: (state: DeploymentState) => boolean | Promise<boolean>,
    ): Promise<DeploymentState> {
      let wake: () => void = () => {}
      const listening = await listen(database.url, {
        channels: { fairlead_deployment: () => wake() },
        onGap: () => wake(),
      })
      try {
        for (;;) {
          const woken = new Promise<void>((resolve) => (wake = resolve))
          const state = reduce(await readEvents(db.pool, deploymentId))
          if (await isThere(state)) return state
          if (isFinished(state.status))
            throw new Error(`finished too early: ${state.status} ${JSON.stringify(state.failure)}`)
          await woken
        }
      } finally {
        await listening.close()
      }
    },
    finished(deploymentId: string): Promise<DeploymentState> {
      return this.until(deploymentId, (state) => isFinished(state.status))
    },
    /** The redacted text of a step's log. */
    async log(deploymentId: string, segment: string, step: number): Promise<string> {
      const chunks = await readChunks(db.pool, { deploymentId, segment, step, limit: 100_000 })
      return Buffer.concat(chunks.map(({ bytes }) => bytes)).toString()
    },
    async close(): Promise<void> {
      for (const close of running.values()) await close().catch(() => {})
      await db.close()
      await host.stop()
      await database.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function insertServer(db: Database, host: Host): Promise<string> {
  const { host: name, port, user, privateKey, hostKey } = host.address
  const server = await db.prisma.server.create({
    data: {
      name: 'web-1',
      host: name,
      port,
      user,
      privateKey: secrets.encrypt(privateKey),
      publicKey: 'ssh-ed25519 x',
      hostKey,
      fingerprint: 'SHA256:x',
    },
  })
  return server.id
}

async function saveVariables(db: Database, environmentId: string, number: number, text: string): Promise<void> {
  const set = await db.prisma.variableSet.create({
    data: { environmentId, number, text: secrets.encrypt(text), sha256: sha256(text), createdBy: 'test' },
  })
  await db.prisma.environment.update({ where: { id: environmentId }, data: { variableSetId: set.id } })
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
