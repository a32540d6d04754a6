import { execFileSync } from 'node:child_process'
import { script, startMachine } from './machine.ts'
import { startPlain } from './plain.ts'
import type { Host } from './place.ts'

export type { Host } from './place.ts'
export { startPlain }

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

type HostsWanted = { count?: number; userland?: 'gnu' | 'busybox'; diskMb?: number }

/** Starts `count` hosts; plain ones where machines can't be made (and then `userland` and `diskMb` say nothing). */
async function startHosts({ count = 1, userland = 'gnu', diskMb = 256 }: HostsWanted = {}): Promise<Host[]> {
  const start = canMakeMachines() ? () => startMachine(userland, diskMb) : startPlain
  return Promise.all(Array.from({ length: count }, start))
}

/** Starts one host. */
export async function startHost(wanted: Omit<HostsWanted, 'count'> = {}): Promise<Host> {
  const [host] = await startHosts(wanted)
  if (!host) throw new Error('No host was started.')
  return host
}
