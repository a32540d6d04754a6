// What a panel at rest takes: the memory of the parent, its children, and theirs.
import { readFileSync, readdirSync } from 'node:fs'

export type Memory = { program: string; pid: number; residentMb: number; proportionalMb: number }

const megabytes = (text: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) / 1024

export function parentOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1])
}

/** Every live process below `root`, itself included. */
export function below(root: number): number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      parents.set(Number(name), parentOf(Number(name)))
    } catch {
      // It ended meanwhile.
    }
  }
  const isBelow = (pid: number): boolean => pid === root || (parents.has(pid) && isBelow(parents.get(pid)!))
  return [...parents.keys()].filter(isBelow)
}

/** Of every live process below `root`, itself included. Shared pages count fully as resident, by share as proportional. */
export function memoryOf(root: number): Memory[] {
  return below(root).flatMap((pid) => {
    try {
      const program = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim().slice(0, 80)
      const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
      return [{ program, pid, residentMb: megabytes(text, 'Rss'), proportionalMb: megabytes(text, 'Pss') }]
    } catch {
      return []
    }
  })
}
