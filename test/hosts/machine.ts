import { execFile, spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { prepare, untilUp } from './place.ts'
import type { Host } from './place.ts'

/** The script that makes machines; it says more. */
export const script = new URL('../../scripts/hosts.sh', import.meta.url).pathname

export type Machine = Host & {
  folder: string
  /** Of the process that keeps it: its network and disk can be reached through that, also while the machine is off. */
  keeper: number
  /** Its first process, as seen from here. */
  init(): string
  /** Tells the script to `kill`, to `lose` or to `boot` it. */
  order(what: 'kill' | 'lose' | 'boot'): Promise<void>
}

type Given = {
  userland: 'gnu' | 'busybox'
  diskMb: number
  /** An address and a disk with so many inodes of its own; `plug` connects it, given the pid of its keeper. */
  own?: { address: string; inodes: number; plug(keeper: number): Promise<void> }
}

/** One machine of its own. Needs what `hosts.sh probe` looks for. */
export async function startMachine({ userland, diskMb, own }: Given): Promise<Machine> {
  const { folder, port, address } = await prepare('deployer', own?.address)
  const more = own ? [own.address, String(own.inodes)] : []
  const child = spawn('sh', [script, 'run', folder, String(port), userland, String(diskMb), ...more])
  const lines = readLines(child)
  child.stderr.resume()
  let isPlugged = false
  const up = async (): Promise<string> => {
    const pid = /^up (\d+)$/.exec(await lines())?.[1]
    if (pid === undefined) throw new Error(`The host did not start: ${await readFile(join(folder, 'log'), 'utf8')}`)
    if (!isPlugged) await own?.plug(child.pid!)
    isPlugged = true
    await untilUp(address, folder)
    return pid
  }
  let init = await up()
  let roots = 0
  const enter = async (...args: string[]): Promise<string> => {
    const inside = ['-t', init, '-m', '-u', '-i', '-p', '-r', '-w', ...args]
    return (await promisify(execFile)('nsenter', inside, { env: inPath(), maxBuffer: 64 << 20 })).stdout
  }
  const shell = (command: string): Promise<string> => enter('sh', '-c', command)
  const order = async (what: 'kill' | 'lose' | 'boot'): Promise<void> => {
    child.stdin.write(`${what}\n`)
    if (what === 'boot') init = await up()
    else await lines()
  }
  return {
    address,
    kind: 'machine',
    inside: () => `/proc/${init}/root`,
    folder,
    keeper: child.pid!,
    init: () => init,
    order,
    shell,
    person: (command) => enter('-S', '1000', '-G', '1000', 'env', 'HOME=/home/deployer', 'sh', '-c', command),
    root: async () => {
      const root = `/webroot/${(roots += 1)}`
      await shell(`mkdir -p ${root} && chown deployer:deployer ${root}`)
      return root
    },
    powerCut: () => order('kill'),
    boot: () => order('boot'),
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
