// The panel that is measured: the production build with its own database and worker, asked as pages and API ask it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { openContext, systemActor, type Context } from '@/lib/panel/context.ts'
import { requestDeployment } from '@/lib/panel/deployments.ts'
import { createEnvironment } from '@/lib/panel/environments.ts'
import { createProject } from '@/lib/panel/projects.ts'
import { activateRelease } from '@/lib/panel/releases.ts'
import { addServer, checkServer, confirmHostKey, readHostKey } from '@/lib/panel/servers.ts'
import { createOwnerOnConsole } from '@/lib/panel/setup.ts'
import { watchDeployments } from '@/lib/panel/watch.ts'
import { readEvents } from '@/lib/store/events.ts'
import { startPanel } from '@/scripts/start-panel.ts'
import type { Host } from '@/test/hosts/hosts.ts'
import { phasesOf, type Phases } from './phases.ts'

const actor = systemActor('console')
export const owner = { email: 'owner@example.org', name: 'Bench', password: 'a password only for the bench' }

/** `ms`: from asking for it until its end is known here. */
export type Flown = { id: string; ms: number; number: number; phases: Phases }

/** What is asked of a panel, whatever it consists of. */
export type Asked = {
  ctx: Context
  /** A server reached through `port`, trusted and checked: from then on its connection is warm. */
  addServer(host: Host, port: number, root: string): Promise<string>
  /** The same folder on each of the servers. */
  addEnvironment(servers: string[], root: string, repositoryUrl: string): Promise<string>
  deploy(environmentId: string): Promise<Flown>
  activate(environmentId: string, number: number): Promise<Flown>
}
export type BenchPanel = Asked & { url: string; stop(): Promise<void> }

export async function startBenchPanel(port: number, certificate: string): Promise<BenchPanel> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-bench-'))
  const log = pino({ name: 'bench', level: 'warn' })
  const surroundings = {
    DATABASE_URL: '',
    FAIRLEAD_PUBLIC_URL: '',
    AUTH_SECRET: '',
    FAIRLEAD_LOG_LEVEL: 'warn',
    GIT_SSL_CAINFO: certificate,
  }
  const env = { ...process.env, ...surroundings, FAIRLEAD_DATA: folder, HOST: '127.0.0.1', PORT: String(port) }
  const panel = await startPanel(['web', 'worker'], env, log)
  const ctx = openContext(panel.settings)
  await createOwnerOnConsole(ctx, owner)
  return {
    ...asked(ctx),
    url: panel.url,
    async stop() {
      await ctx.db.close()
      await panel.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export function asked(ctx: Context): Asked {
  let made = 0

  async function finished(ask: () => Promise<{ id: string; environmentId: string }>): Promise<Flown> {
    const begun = performance.now()
    const { id, environmentId } = await ask()
    const { ms, number } = await untilEnd(ctx, id, environmentId, begun)
    return { id, ms, number, phases: phasesOf(await readEvents(ctx.db.pool, id)) }
  }

  return {
    ctx,
    async addServer(host, sshPort, root) {
      const name = `host ${(made += 1)}`
      const given = { name, host: '127.0.0.1', port: sshPort, user: host.address.user }
      const { id, publicKey } = await addServer(ctx, actor, given)
      await host.shell(`echo '${publicKey}' >> /home/deployer/.ssh/authorized_keys`)
      const { fingerprint } = await readHostKey(ctx, actor, { id })
      await confirmHostKey(ctx, actor, { id, fingerprint })
      await checkServer(ctx, actor, { id, root })
      return id
    },
    async addEnvironment(serverIds, root, repositoryUrl) {
      // A project each, so that each first deployment fetches the repository anew.
      const name = `bench ${(made += 1)}`
      const { id: projectId } = await createProject(ctx, actor, { name, repositoryUrl, access: 'none' })
      const permissions = { owner: 'deployer', group: 'deployer', mode: 'keep-exec' as const }
      const servers = serverIds.map((serverId) => ({ serverId, root }))
      const wanted = { projectId, name: 'Production', branch: 'main', servers, permissions, keep: 5 }
      return (await createEnvironment(ctx, actor, wanted)).id
    },
    deploy: (environmentId) => finished(() => requestDeployment(ctx, actor, { environmentId })),
    activate: (environmentId, number) => finished(() => activateRelease(ctx, actor, { environmentId, number })),
  }
}

type Row = { status: string; number: number; failure: unknown }
const read = 'SELECT "status", "number", "failure" FROM "Deployment" WHERE "id" = $1'

/** Told that something changed, it reads the status alone: what it costs must not delay what is measured. */
async function untilEnd(
  ctx: Context,
  deploymentId: string,
  environmentId: string,
  begun: number,
): Promise<{ ms: number; number: number }> {
  let tell = (): void => {}
  let isStale = true
  const unwatch = watchDeployments(ctx, actor, { deploymentId, environmentId }, () => {
    isStale = true
    tell()
  })
  try {
    for (;;) {
      if (!isStale) await new Promise<void>((resolve) => (tell = resolve))
      isStale = false
      const { rows } = await ctx.db.pool.query<Row>(read, [deploymentId])
      const { status, number, failure } = rows[0]!
      if (status === 'succeeded') return { ms: performance.now() - begun, number }
      if (status !== 'queued' && status !== 'running')
        throw new Error(`a deployment ended as ${status}: ${JSON.stringify(failure)}`)
    }
  } finally {
    unwatch()
  }
}
