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

/** One machine of its own: GNU or busybox userland, a disk of `diskMb`. Needs what `hosts.sh probe` looks for. */
export async function startMachine(userland: 'gnu' | 'busybox', diskMb: number): Promise<Host> {
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
  const enter = async (...args: string[]): Promise<string> => {
    const inside = ['-t', init, '-m', '-u', '-i', '-p', '-r', '-w', ...args]
    return (await promisify(execFile)('nsenter', inside, { env: inPath() })).stdout
  }
  const shell = (command: string): Promise<string> => enter('sh', '-c', command)
  return {
    address,
    kind: 'machine',
    shell,
    person: (command) => enter('-S', '1000', '-G', '1000', 'env', 'HOME=/home/deployer', 'sh', '-c', command),
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
