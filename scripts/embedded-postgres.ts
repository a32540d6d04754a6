// A real PostgreSQL from npm packages, for whoever brings no DATABASE_URL: no install script, no system user, no shell.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { PanelError } from '../lib/errors.ts'
import { chownAll, initialise } from './postgres-folder.ts'
import { holder, holderGone, stopHolder } from './postgres-holder.ts'
import { findPrograms } from './postgres-programs.ts'
import type { RootWay } from './postgres-programs.ts'

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

const user = 'fairlead'

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

  const programs = await findPrograms(asRoot)
  let password = before?.password
  if (!existsSync(join(data, 'PG_VERSION')) || password === undefined) {
    if (existsSync(join(data, 'PG_VERSION')))
      throw new PanelError(
        'unavailable',
        `${known} is missing: without its password the data in ${data} can't be opened.`,
      )
    password = randomBytes(24).toString('base64url')
    await initialise(programs, data, user, password)
  }
  if (programs.owner !== null) await chownAll(data, programs.owner)
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
    ...programs.postgres([
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

async function lastLines(path: string): Promise<string> {
  return (await readFile(path, 'utf8').catch(() => '')).trimEnd().split('\n').slice(-10).join('\n')
}
