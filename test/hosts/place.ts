import { chmod, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServerAddress } from '@/lib/deploy/types.ts'
import { generateKeyPair, publicKeyOf } from '@/lib/ssh/keys.ts'
import { freePort } from './port.ts'

/** A real OpenSSH server on loopback. */
export type Host = {
  address: ServerAddress
  /** `machine`: own users (deployer, www-data), processes and disk. `plain`: sshd of this machine, as the present user. */
  kind: 'machine' | 'plain'
  /** Where its file system is seen from here: put before a path on it. */
  inside(): string
  /** A new empty folder that the login user owns, for one environment. */
  root(): Promise<string>
  /** Runs `sh -c command` as root on a machine (as the present user on a plain host); rejects on a failure. */
  shell(command: string): Promise<string>
  /** Runs `sh -c command` as the login user at home: what a person does there who signed in some other way. */
  person(command: string): Promise<string>
  /** Power cut: every process of a machine ends at once, its disk stays. */
  powerCut(): Promise<void>
  boot(): Promise<void>
  stop(): Promise<void>
}

/** A folder with a host key and one authorized key, and a port to listen on. */
export async function prepare(
  user: string,
  host = '127.0.0.1',
): Promise<{ folder: string; port: number; address: ServerAddress }> {
  const folder = await mkdtemp(join(tmpdir(), 'host-'))
  await chmod(folder, 0o755)
  const hostKey = generateKeyPair('host')
  const login = generateKeyPair('login')
  await writeFile(join(folder, 'host_key'), hostKey.privateKey, { mode: 0o600 })
  await writeFile(join(folder, 'authorized_keys'), `${login.publicKey}\n`, { mode: 0o644 })
  await writeFile(join(folder, 'log'), '')
  const port = await freePort()
  const address = {
    id: `host-${port}`,
    host,
    port,
    user,
    privateKey: login.privateKey,
    hostKey: publicKeyOf(hostKey.privateKey),
  }
  return { folder, port, address }
}

/** Resolves when sshd greets; rejects, with its log, when it doesn't within 20 s. */
export async function untilUp({ host, port }: { host: string; port: number }, folder: string): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!(await greets(host, port))) {
    if (performance.now() > deadline)
      throw new Error(`sshd does not answer: ${await readFile(join(folder, 'log'), 'utf8')}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function greets(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host)
    socket.setTimeout(1_000, () => socket.destroy())
    socket.once('data', () => {
      resolve(true)
      socket.destroy()
    })
    socket.on('error', () => resolve(false)).on('close', () => resolve(false))
  })
}
