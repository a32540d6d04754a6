// Machines with an address, a cable and a disk of their own, all of which can go wrong. They need a network that is nobody
// else's: whoever starts them has left the machine's by `unshare --net`.
import { execFile, spawn, spawnSync } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { canMakeMachines } from './hosts.ts'
import { script, startMachine } from './machine.ts'
import type { Machine } from './machine.ts'

const run = promisify(execFile)
const wire = new URL('../../scripts/wire.pl', import.meta.url).pathname

export type LabHost = Machine & {
  name: string
  /** One way of the line: how long it takes, and how many of a thousand packets are lost. Mends a hole. */
  line(delayMs: number, lossPermille: number): Promise<void>
  /** The line swallows everything, and nobody is told. */
  hole(): Promise<void>
  /** The panel's end of the line is unplugged (true), or plugged in again. */
  unplug(isOut: boolean): Promise<void>
  /** Power cut: also what was not synced is lost. The other end never hears of it. */
  losePower(): Promise<void>
  /** The kernel finds an error on the disk, and lets nothing be written to it until the next boot. */
  breakDisk(): Promise<void>
}

/** What is missing here for such machines, in words; null = nothing. */
export function whyNoLab(): string | null {
  if (!canMakeMachines()) return 'it takes root, namespaces and overlay file systems'
  const { status, stdout } = spawnSync('sh', [script, 'probe', 'own'], { encoding: 'utf8' })
  return status === 0 ? null : stdout.trim() || 'a probe failed'
}

/** Number `number` of the lab: 10.231.<number>.2. */
export async function startLabHost(number: number, diskMb: number, inodes: number): Promise<LabHost> {
  const [ours, theirs] = [`10.231.${number}.1`, `10.231.${number}.2`]
  const device = `host${number}`
  let cable: ChildProcessWithoutNullStreams | undefined
  let answered: () => Promise<unknown> = () => Promise.resolve()
  const plug = async (keeper: number): Promise<void> => {
    const open = 'exec 3<>/dev/net/tun; net=$1; shift; exec nsenter "--net=$net" perl "$@"'
    const args = [`/proc/${process.pid}/ns/net`, wire, device, ours, String(keeper), theirs]
    cable = spawn('nsenter', [`--net=/proc/${keeper}/ns/net`, 'sh', '-c', open, 'sh', ...args])
    let complaint = ''
    cable.stderr.on('data', (bytes: Buffer) => (complaint += bytes.toString()))
    const lines = createInterface({ input: cable.stdout })[Symbol.asyncIterator]()
    answered = () => lines.next()
    if ((await lines.next()).value !== 'up') throw new Error(`no cable: ${complaint}`)
  }
  const machine = await startMachine({ userland: 'gnu', diskMb, own: { address: theirs, inodes, plug } })
  const tell = async (order: string): Promise<void> => {
    cable?.stdin.write(`${order}\n`)
    await answered()
  }
  return {
    ...machine,
    name: `web-${number}`,
    line: (delayMs, lossPermille) => tell(`${delayMs} ${lossPermille}`),
    hole: () => tell('hole'),
    unplug: async (isOut) => void (await run('ip', ['link', 'set', device, isOut ? 'down' : 'up'])),
    root: async () => {
      const root = await machine.root()
      const name = root.split('/').at(-1)
      await machine.shell(`mkdir -m 1777 /said/${name} && ln -s /said/${name} ${root}-said && sync -f /webroot`)
      return root
    },
    losePower: async () => {
      await tell('hole')
      await machine.order('lose')
    },
    boot: async () => {
      await tell('0 0')
      await machine.order('boot')
    },
    breakDisk: async () => {
      const mounts = await readFile(`/proc/${machine.keeper}/mountinfo`, 'utf8')
      const line = mounts.split('\n').find((one) => one.includes(` ${machine.folder}/disk `))
      const loop = / - ext4 \/dev\/(loop\d+) /.exec(line ?? '')?.[1]
      await writeFile(`/sys/fs/ext4/${loop}/trigger_fs_error`, 'broken by the tests of faults\n')
    },
    stop: async () => {
      await machine.stop()
      if (!cable) return
      const gone = once(cable, 'exit')
      cable.stdin.end()
      await gone
    },
  }
}
