// A small SSH server for trying things out: loopback only, keys only, commands run as the present user in one folder.
// Not for anything else: whoever may log in may do what the present user may.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import type { AuthContext, Connection, ServerChannel } from 'ssh2'
import { fingerprint, generateKeyPair, publicKeyOf, withoutComment } from '../lib/ssh/keys.ts'

export type Sandbox = {
  port: number
  /** "type base64" and its SHA-256 fingerprint, as a person would compare it. */
  hostKey: string
  fingerprint: string
  /** Where commands run; the home folder of everyone who logs in. */
  home: string
  /** Lets the owner of this key in, from the next login on. */
  authorize(publicKey: string): Promise<void>
  /** Ends connections; detached processes live on, as on a real server. */
  stop(): Promise<void>
}

/**
 * Starts the sandbox in `folder` (made if missing): `host_key`, `authorized_keys` (read again at each login) and `home/`.
 * Without `port` a free one is taken. Rejects with the listening error, e.g. EADDRINUSE.
 */
export async function startSandbox({ folder, port = 0 }: { folder: string; port?: number }): Promise<Sandbox> {
  const home = join(folder, 'home')
  const keysFile = join(folder, 'authorized_keys')
  await mkdir(home, { recursive: true })
  const privateKey = await keptHostKey(join(folder, 'host_key'))
  const hostKey = publicKeyOf(privateKey)
  const connections = new Set<Connection>()

  const server = new ssh2.Server({ hostKeys: [privateKey] }, (connection) => {
    connections.add(connection)
    ;(connection as Connection & { setNoDelay(on: boolean): void }).setNoDelay(true)
    connection.on('close', () => connections.delete(connection))
    connection.on('error', () => {}) // a client that went away; 'close' follows
    connection.on('authentication', (context) => void authenticate(context, keysFile))
    connection.on('session', (accept) => {
      accept().on('exec', (acceptExec, _reject, info) => runCommand(acceptExec(), info.command, home))
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve())
  })

  return {
    port: (server.address() as { port: number }).port,
    hostKey,
    fingerprint: fingerprint(hostKey),
    home,
    authorize: async (publicKey) => {
      const known = await authorizedKeys(keysFile)
      if (!known.includes(withoutComment(publicKey))) {
        await writeFile(keysFile, [...known, withoutComment(publicKey), ''].join('\n'), { mode: 0o600 })
      }
    },
    stop: async () => {
      const stopped = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const connection of connections) connection.end()
      await stopped
    },
  }
}

async function keptHostKey(path: string): Promise<string> {
  const kept = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return null
  })
  if (kept !== null) return kept
  const { privateKey } = generateKeyPair('sandbox')
  await writeFile(path, privateKey, { mode: 0o600, flag: 'wx' })
  await chmod(path, 0o600)
  return privateKey
}

async function authorizedKeys(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return text
    .split('\n')
    .map((line) => withoutComment(line))
    .filter((line) => line !== '')
}

async function authenticate(context: AuthContext, keysFile: string): Promise<void> {
  if (context.method !== 'publickey') return context.reject(['publickey'])
  const offered = `${context.key.algo} ${context.key.data.toString('base64')}`
  const key = ssh2.utils.parseKey(offered)
  if (key instanceof Error || !(await authorizedKeys(keysFile)).includes(offered)) return context.reject(['publickey'])
  // Without a signature the client only asks whether this key would do.
  if (!context.signature || !context.blob) return context.accept()
  if (key.verify(context.blob, context.signature, context.hashAlgo) === true) context.accept()
  else context.reject(['publickey'])
}

/** What ssh2 keeps of a write that waits for the window; it isn't cleared, and a later wait on stderr would send it again. */
type Leftovers = { _chunk?: Buffer; _chunkcb?: () => void; _chunkErr?: Buffer; _chunkcbErr?: () => void }

/** Runs a command as sshd does: own process group, pipes, exit code or signal; a closed channel only closes the pipes. */
function runCommand(channel: ServerChannel, command: string, home: string): void {
  const env = { PATH: process.env['PATH'], HOME: home, USER: userInfo().username, SHELL: '/bin/sh' }
  const child = spawn('sh', ['-c', command], { cwd: home, detached: true, env: env as unknown as NodeJS.ProcessEnv })
  let ended = false
  const leave = (): void => {
    for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.destroy()
  }
  child.on('error', () => {
    channel.exit(127)
    channel.end()
  })
  child.stdin.on('error', () => channel.resume()) // the command reads no more: the rest of its input is dropped
  channel.pipe(child.stdin)
  channel.on('close', leave)
  channel.stderr.on('finish', () => {
    if (!ended) leave()
  })
  child.on('exit', (code, signal) => {
    if (signal) channel.exit(signal.replace(/^SIG/, ''), false, '')
    else channel.exit(code ?? 1)
  })
  void sendOutput(channel, child).then(() => {
    ended = true
    channel.end()
  })
}

/** Sends both streams, one write at a time over both, so that their waits for the shared window never mix. */
async function sendOutput(channel: ServerChannel, child: ChildProcess): Promise<void> {
  let turn = Promise.resolve()
  const send = (to: NodeJS.WritableStream, bytes: Buffer): Promise<void> => {
    turn = turn.then(async () => {
      await new Promise<void>((resolve) => to.write(bytes, () => resolve()))
      Object.assign(channel as Leftovers, { _chunk: undefined, _chunkcb: undefined })
      Object.assign(channel as Leftovers, { _chunkErr: undefined, _chunkcbErr: undefined })
    })
    return turn
  }
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()))
  const copy = async (from: NodeJS.ReadableStream | null, to: NodeJS.WritableStream): Promise<void> => {
    try {
      for await (const bytes of from ?? []) await send(to, bytes as Buffer)
    } catch {
      // The channel closed and the pipe with it.
    }
  }
  await Promise.all([copy(child.stdout, channel), copy(child.stderr, channel.stderr), exited])
}
