import { execFile, execFileSync, spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import type { ServerAddress } from '@/lib/deploy/types.ts'
import { generateKeyPair, publicKeyOf } from '@/lib/ssh/keys.ts'

const script = new URL('../../scripts/hosts.sh', import.meta.url).pathname

/** A real OpenSSH server on loopback. */
export type Host = {
  address: ServerAddress
  /** `machine`: own users (deployer, www-data), processes and disk. `plain`: sshd of this machine, as the present user. */
  kind: 'machine' | 'plain'
  /** A new empty folder that the login user owns, for one environment. */
  root(): Promise<string>
  /** Runs `sh -c command` as root on a machine (as the present user on a plain host); rejects on a failure. */
  shell(command: string): Promise<string>
  /** Power cut: every process of a machine ends at once, its disk stays. */
  powerCut(): Promise<void>
  boot(): Promise<void>
  stop(): Promise<void>
}

let probed: boolean | null = null

/** Whether hosts with own users and disk can be made here: root, namespaces and overlay file systems. */
export function canMakeMachines(): boolean {
  if (probed !== null) return probed
  try {
    execFileSync('sh', [script, 'probe'], { stdio: 'ignore' })
    probed = true
  } catch {
    probed = false
  }
  return probed
}

/** Starts `count` hosts; plain ones where machines can't be made (and then `userland` and `diskMb` say nothing). */
export async function startHosts({ count = 1, userland = 'gnu' as 'gnu' | 'busybox', diskMb = 256 } = {}): Promise<
  Host[]
> {
  const start = canMakeMachines() ? () => startMachine(userland, diskMb) : startPlain
  return Promise.all(Array.from({ length: count }, start))
}

/** One plain sshd on loopback, as the present user. */
export async function startPlain(): Promise<Host> {
  const { folder, port, address } = await prepare(userInfo().username)
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${folder}/host_key`,
    `AuthorizedKeysFile ${folder}/authorized_keys`,
    'PidFile none',
    'UsePAM no',
    'StrictModes no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'MaxStartups 100:30:200',
    'UseDNS no',
    '',
  ]
  await writeFile(join(folder, 'sshd_config'), config.join('\n'))
  if (userInfo().uid === 0) await mkdir('/run/sshd', { recursive: true })
  const start = () => spawn('/usr/sbin/sshd', ['-D', '-e', '-f', join(folder, 'sshd_config')], { stdio: 'ignore' })
  let sshd = start()
  await untilUp(port, folder)
  let roots = 0
  return {
    address,
    kind: 'plain',
    root: async () => {
      const root = join(folder, 'webroot', String((roots += 1)))
      await mkdir(root, { recursive: true })
      return root
    },
    shell: async (command) => (await promisify(execFile)('sh', ['-c', command])).stdout,
    powerCut: () => endProcess(sshd),
    boot: async () => {
      sshd = start()
      await untilUp(port, folder)
    },
    stop: async () => {
      await endProcess(sshd)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function endProcess(child: ReturnType<typeof spawn>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}

async function startMachine(userland: 'gnu' | 'busybox', diskMb: number): Promise<Host> {
  const { folder, port, address } = await prepare('deployer')
  const child = spawn('sh', [script, 'run', folder, String(port), userland, String(diskMb)])
  const lines = readLines(child)
  child.stderr.resume()
  const up = async (): Promise<string> => {
    const pid = /^up (\d+)$/.exec(await lines())?.[1]
    if (pid === undefined) throw new Error(`The host did not start: ${await readFile(join(folder, 'log'), 'utf8')}`)
    await untilUp(port, folder)
    return pid
  }
  let init = await up()
  let roots = 0
  const shell = async (command: string): Promise<string> => {
    const inside = ['-t', init, '-m', '-u', '-i', '-p', '-r', '-w', 'sh', '-c', command]
    return (await promisify(execFile)('nsenter', inside, { env: inPath() })).stdout
  }
  return {
    address,
    kind: 'machine',
    shell,
    root: async () => {
      const root = `/webroot/${(roots += 1)}`
      await shell(`mkdir -p ${root} && chown deployer:deployer ${root}`)
      return root
    },
    powerCut: async () => {
      child.stdin.write('kill\n')
      await lines()
    },
    boot: async () => {
      child.stdin.write('boot\n')
      init = await up()
    },
    stop: async () => {
      const gone = once(child, 'exit')
      child.stdin.end()
      await gone
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function inPath(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' }
}

function readLines(child: ChildProcessWithoutNullStreams): () => Promise<string> {
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return async () => {
    const { value, done } = await lines.next()
    return done === true ? '' : value
  }
}

/** A folder with a host key and one authorized key, and a port that was free a moment ago. */
async function prepare(user: string): Promise<{ folder: string; port: number; address: ServerAddress }> {
  const folder = await mkdtemp(join(tmpdir(), 'host-'))
  await chmod(folder, 0o755)
  const hostKey = generateKeyPair('host')
  const login = generateKeyPair('login')
  await writeFile(join(folder, 'host_key'), hostKey.privateKey, { mode: 0o600 })
  await writeFile(join(folder, 'authorized_keys'), `${login.publicKey}\n`, { mode: 0o644 })
  await writeFile(join(folder, 'log'), '')
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  const address = {
    id: `host-${port}`,
    host: '127.0.0.1',
    port,
    user,
    privateKey: login.privateKey,
    hostKey: publicKeyOf(hostKey.privateKey),
  }
  return { folder, port, address }
}

/** Resolves when sshd greets; rejects, with its log, when it doesn't within 20 s. */
async function untilUp(port: number, folder: string): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!(await greets(port))) {
    if (performance.now() > deadline)
      throw new Error(`sshd does not answer: ${await readFile(join(folder, 'log'), 'utf8')}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('data', () => {
      resolve(true)
      socket.destroy()
    })
    socket.on('error', () => resolve(false)).on('close', () => resolve(false))
  })
}
