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

/** Starts a host; a plain one where machines can't be made (and then `userland` and `diskMb` say nothing). */
export function startHost({
  userland = 'gnu',
  diskMb = 256,
}: { userland?: 'gnu' | 'busybox'; diskMb?: number } = {}): Promise<Host> {
  return canMakeMachines() ? startMachine({ userland, diskMb }) : startPlain()
}
