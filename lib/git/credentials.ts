// Credentials for one git process: in its environment or in a private agent's memory, never on a command line or on disk.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { quote } from '../deploy/quote.ts'
import type { RepositoryAccess } from '../deploy/types.ts'
import { PanelError } from '../errors.ts'
import type { ParsedAddress } from './address.ts'

/** `authorization`: the value of the header that `env` makes git send; null for none. */
export type Credentials = { env: Record<string, string>; authorization: string | null; release(): Promise<void> }

const protocols = { https: 'https', ssh: 'ssh', git: 'git', local: 'file' } as const

/**
 * The environment that lets git reach `address` with `access` and no other way. PanelError `invalid` when the access doesn't fit
 * the address (a key for https, a token for ssh) or the key can't be read. `release` always has to be called.
 */
export async function credentialsFor(
  address: ParsedAddress,
  access: RepositoryAccess,
  knownHosts: string,
): Promise<Credentials> {
  const env: Record<string, string> = { GIT_ALLOW_PROTOCOL: protocols[address.kind] }
  const none = { env, authorization: null, release: () => Promise.resolve() }
  if (access.kind === 'token' && address.kind !== 'https') throw unfit('A token works with an https address only.')
  if (access.kind === 'key' && address.kind !== 'ssh') throw unfit('A key works with an ssh address only.')
  if (access.kind === 'token' && address.kind === 'https') {
    if (/[\r\n\0]/.test(access.token + access.user)) throw unfit('The token has a line break in it.')
    const user = access.user || address.user || 'git'
    env.GIT_CONFIG_COUNT = '1'
    env.GIT_CONFIG_KEY_0 = `http.${address.origin}/.extraHeader`
    const authorization = `Basic ${Buffer.from(`${user}:${access.token}`).toString('base64')}`
    env.GIT_CONFIG_VALUE_0 = `Authorization: ${authorization}`
    return { ...none, authorization }
  }
  if (address.kind !== 'ssh') return none
  const agent = access.kind === 'key' ? await startAgent(access.privateKey) : null
  env.GIT_SSH_VARIANT = 'ssh'
  env.GIT_SSH_COMMAND = sshCommand(agent?.socket ?? 'none', knownHosts)
  return { ...none, release: () => agent?.stop() ?? Promise.resolve() }
}

/** ssh with nothing of the login user's own set-up: no config, no keys but the agent's, no questions. */
function sshCommand(socket: string, knownHosts: string): string {
  const options = [
    'BatchMode=yes',
    'IdentityFile=none',
    `IdentityAgent=${socket}`,
    'PreferredAuthentications=publickey',
    'ForwardAgent=no',
    'ClearAllForwardings=yes',
    'PermitLocalCommand=no',
    'StrictHostKeyChecking=accept-new',
    `UserKnownHostsFile="${knownHosts}"`,
    'GlobalKnownHostsFile=/dev/null',
    'HashKnownHosts=no',
    'ConnectTimeout=15',
    'ServerAliveInterval=15',
    'ServerAliveCountMax=3',
  ]
  return ['ssh -F /dev/null', ...options.map((option) => `-o ${quote(option)}`)].join(' ')
}

/** Longest life of a key in an agent, in s: also the end of one whose panel was killed. */
const keySeconds = 1800

/**
 * An agent of our own with one key. It lives as long as the `cat` it was started for, and that as long as our end of its pipe:
 * a killed panel takes both along.
 */
async function startAgent(privateKey: string): Promise<{ socket: string; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-agent-'))
  const socket = join(folder, 'socket')
  const agent = spawn(
    'ssh-agent',
    ['-t', String(keySeconds), '-a', socket, 'sh', '-c', 'echo ready; exec cat >/dev/null'],
    {
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  )
  const stop = async () => {
    agent.stdin.end()
    if (agent.exitCode === null && agent.pid !== undefined) await once(agent, 'exit').catch(() => undefined)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await Promise.race([once(agent.stdout, 'data'), ended(agent, 'ssh-agent')])
    await addKey(socket, privateKey)
  } catch (error) {
    await stop()
    throw error
  }
  return { socket, stop }
}

async function addKey(socket: string, privateKey: string): Promise<void> {
  const child = spawn('ssh-add', ['-q', '-'], {
    env: { ...process.env, SSH_AUTH_SOCK: socket, SSH_ASKPASS_REQUIRE: 'never' },
    stdio: ['pipe', 'ignore', 'pipe'],
    // Without a terminal there is nobody it could ask for a passphrase.
    detached: true,
  })
  // A child that ends before it has read everything is judged by its exit code.
  child.stdin.on('error', () => undefined)
  child.stdin.end(privateKey.endsWith('\n') ? privateKey : `${privateKey}\n`)
  child.stderr.resume()
  const [code] = (await Promise.race([once(child, 'exit'), failed(child, 'ssh-add')])) as [number | null]
  if (code !== 0) throw unfit('The private key could not be read. It has to be an OpenSSH key without a passphrase.')
}

async function ended(child: ChildProcess, name: string): Promise<never> {
  await Promise.race([once(child, 'exit'), failed(child, name)])
  throw new PanelError('internal', `${name} ended at once.`)
}

async function failed(child: ChildProcess, name: string): Promise<never> {
  const [error] = (await once(child, 'error')) as [NodeJS.ErrnoException]
  throw new PanelError(
    'unavailable',
    `${name} could not be started on the panel's machine (${error.code ?? 'unknown'}).`,
  )
}

function unfit(message: string): PanelError {
  return new PanelError('invalid', message, { problems: [{ path: 'access', message }] })
}
