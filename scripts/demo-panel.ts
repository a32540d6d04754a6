// A whole panel to try out: with an owner, a sandbox server, a sample repository and a first deployment. Runs again where it
// stopped: whatever is there is kept, whatever is missing is made.
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { PanelError } from '../lib/errors.ts'
import { openContext, systemActor, type Context } from '../lib/panel/context.ts'
import { getDeployment, requestDeployment } from '../lib/panel/deployments.ts'
import { createEnvironment, listEnvironments } from '../lib/panel/environments.ts'
import { createProject, listProjects } from '../lib/panel/projects.ts'
import { addServer, checkServer, confirmHostKey, listServers, readHostKey } from '../lib/panel/servers.ts'
import { createOwnerOnConsole, isSetUp } from '../lib/panel/setup.ts'
import { buildPanel, isBuilt } from './build-panel.ts'
import { ensureRepository } from './demo-repository.ts'
import { serveFolder } from './demo-site.ts'
import { startSandbox, type Sandbox } from './sandbox.ts'
import { checkPort, holdFolder, openFolder } from './start-folder.ts'
import { startPanel, type RunningPanel } from './start-panel.ts'

/** What must be the same at the next run: `demo.json`, 0600. */
type Kept = { email: string; password: string; webPort: number; sshPort: number; sitePort: number }

export type RunningDemo = {
  url: string
  email: string
  password: string
  repository: string
  siteUrl: string
  environmentId: string
  stop(): Promise<void>
}

const system = systemActor('console')

/**
 * Builds what isn't built.
 * @param options.port of the panel; without it the one of the last run, or 3000 or one of the next that are free
 * @throws PanelError with words for the person at the console; whatever had been started is stopped.
 */
export async function startDemo(folder: string, log: Logger, options: { port?: number } = {}): Promise<RunningDemo> {
  await openFolder(folder)
  const repository = join(folder, 'repositories/sample.git')
  const stops: (() => Promise<unknown>)[] = []
  const stop = async (): Promise<void> => {
    for (const step of stops.splice(0).reverse()) await step()
  }
  try {
    stops.push(await holdFolder(folder, 'demo'))
    const kept = await keep(folder, options.port)
    if (!isBuilt()) {
      console.log('Building the panel: a minute or two, the first time.')
      await buildPanel({ isQuiet: true })
    }
    await ensureRepository(repository)
    const sandbox = await startSandbox({ folder: join(folder, 'sandbox'), port: kept.sshPort })
    stops.push(() => sandbox.stop())
    const site = await serveFolder(join(sandbox.home, 'site/current'), kept.sitePort)
    stops.push(() => site.stop())
    const panel = await startPanel(['web', 'worker'], environment(folder, kept), log)
    stops.push(() => panel.stop())
    const environmentId = await furnish(panel, sandbox, repository, kept)
    const { email, password } = kept
    return {
      url: panel.url,
      email,
      password,
      repository,
      siteUrl: `http://localhost:${site.port}/`,
      environmentId,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The demo has its own data and its own database, whatever the surroundings say. */
function environment(folder: string, kept: Kept): NodeJS.ProcessEnv {
  return {
    ...process.env,
    FAIRLEAD_DATA: join(folder, 'panel'),
    FAIRLEAD_LOCAL_REPOSITORIES: join(folder, 'repositories'),
    FAIRLEAD_PUBLIC_URL: '',
    DATABASE_URL: '',
    AUTH_SECRET: '',
    FAIRLEAD_LOG_LEVEL: process.env.FAIRLEAD_LOG_LEVEL || 'warn',
    HOST: '127.0.0.1',
    PORT: String(kept.webPort),
  }
}

async function keep(folder: string, port: number | undefined): Promise<Kept> {
  const path = join(folder, 'demo.json')
  const text = await readFile(path, 'utf8').catch(() => null)
  const before = text === null ? null : (JSON.parse(text) as Kept)
  if (port !== undefined) await checkPort(port, '127.0.0.1', `Choose another: npm run demo -- --port ${port + 1}`)
  // The server's address stands in the database: this one stays.
  if (before)
    await checkPort(
      before.sshPort,
      '127.0.0.1',
      `The demo's SSH server has it: free it, or begin anew without ${folder}.`,
    )
  const kept: Kept = {
    email: before?.email ?? 'owner@example.org',
    password: before?.password ?? randomBytes(12).toString('base64url'),
    webPort: port ?? (await freePort(before?.webPort ?? 3000)),
    sshPort: before?.sshPort ?? (await freePort(3922)),
    sitePort: await freePort(before?.sitePort ?? 3080),
  }
  await writeFile(`${path}.new`, JSON.stringify(kept, null, 2), { mode: 0o600 })
  await rename(`${path}.new`, path)
  return kept
}

/** The first free port from `first` on. */
function freePort(first: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EADDRINUSE' && first < 65_535) resolve(freePort(first + 1))
      else reject(cause)
    })
    server.listen(first, '127.0.0.1', () => server.close(() => resolve(first)))
  })
}

/** Makes what is missing, and returns the id of the environment once a release is live. */
async function furnish(panel: RunningPanel, sandbox: Sandbox, repository: string, kept: Kept): Promise<string> {
  const ctx = openContext(panel.settings)
  try {
    if (!(await isSetUp(ctx)))
      await createOwnerOnConsole(ctx, { email: kept.email, name: 'Demo owner', password: kept.password })
    const serverId = await ensureServer(ctx, sandbox)
    const environmentId = await ensureEnvironment(ctx, serverId, sandbox, repository)
    await ensureLive(ctx, environmentId)
    return environmentId
  } finally {
    await ctx.db.close()
  }
}

async function ensureServer(ctx: Context, sandbox: Sandbox): Promise<string> {
  const name = 'Sandbox'
  const found = (await listServers(ctx, system)).find((server) => server.name === name)
  const user = userInfo().username
  const server = found ?? (await addServer(ctx, system, { name, host: '127.0.0.1', port: sandbox.port, user }))
  await sandbox.authorize(server.publicKey)
  if (server.fingerprint) return server.id
  const { fingerprint } = await readHostKey(ctx, system, { id: server.id })
  // The one place where nobody has to compare: we know the sandbox's own.
  if (fingerprint !== sandbox.fingerprint)
    throw new PanelError('host_key_changed', 'Something else answers on the port of the sandbox.')
  await confirmHostKey(ctx, system, { id: server.id, fingerprint })
  await checkServer(ctx, system, { id: server.id, root: siteRoot(sandbox) })
  return server.id
}

const siteRoot = (sandbox: Sandbox): string => join(sandbox.home, 'site')

async function ensureEnvironment(
  ctx: Context,
  serverId: string,
  sandbox: Sandbox,
  repository: string,
): Promise<string> {
  const name = 'Sample'
  const found = (await listProjects(ctx, system)).find((project) => project.name === name)
  const project = found ?? (await createProject(ctx, system, { name, repositoryUrl: repository, access: 'none' }))
  const [environment] = await listEnvironments(ctx, system, { projectId: project.id })
  if (environment) return environment.id
  const group = execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim()
  const created = await createEnvironment(ctx, system, {
    projectId: project.id,
    name: 'Production',
    branch: 'main',
    servers: [{ serverId, root: siteRoot(sandbox) }],
    // The sandbox has no www-data of its own: files stay with whoever started the demo.
    permissions: { owner: userInfo().username, group, mode: 'keep-exec' },
  })
  return created.id
}

async function ensureLive(ctx: Context, environmentId: string): Promise<void> {
  const environment = (await listEnvironments(ctx, system, {})).find(({ id }) => id === environmentId)
  if (environment?.live) return
  const { id } = await requestDeployment(ctx, system, { environmentId })
  const until = Date.now() + 120_000
  for (;;) {
    const { status, failure } = await getDeployment(ctx, system, { id })
    if (status === 'succeeded') return
    if (status !== 'queued' && status !== 'running')
      throw new PanelError(
        'internal',
        `The first deployment ended as ${status}${failure ? `: ${failure.code} ${failure.message ?? ''}` : ''}.`,
      )
    if (Date.now() > until) throw new PanelError('timed_out', 'The first deployment did not end within two minutes.')
    await delay(200)
  }
}
