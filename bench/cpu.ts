// How much processor time was spent, and by whom: says more than a clock where everybody shares two processors.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Database } from '@/lib/store/database.ts'
import type { Host } from '@/test/hosts/hosts.ts'
import { below, parentOf } from './memory.ts'

/** Milliseconds. `servers`: of all of them together. */
export type Cpu = { servers: number; worker: number; database: number }

const tickMs = 1000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** Ticks of processes of which this is what /proc says, and of their children that are gone: fields 14 to 17. */
function ticksIn(stats: string): number {
  let ticks = 0
  for (const line of stats.trim().split('\n')) {
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
    for (const field of fields.slice(11, 15)) ticks += Number(field)
  }
  return ticks
}

/** What was spent until now; differences mean something. */
export async function cpuSpent(hosts: Host[], db: Database, workers: number[]): Promise<Cpu> {
  const onHosts = await Promise.all(hosts.map((host) => host.shell('cat /proc/[0-9]*/stat 2>/dev/null || true')))
  const { rows } = await db.pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  const ofTree = (root: number): number =>
    below(root).reduce((sum, pid) => {
      try {
        return sum + ticksIn(readFileSync(`/proc/${pid}/stat`, 'utf8'))
      } catch {
        return sum
      }
    }, 0)
  const ticks = {
    servers: onHosts.reduce((sum, stats) => sum + ticksIn(stats), 0),
    worker: workers.reduce((sum, pid) => sum + ofTree(pid), 0),
    database: ofTree(parentOf(rows[0]!.pid)),
  }
  return { servers: ticks.servers * tickMs, worker: ticks.worker * tickMs, database: ticks.database * tickMs }
}

export function cpuBetween(before: Cpu, after: Cpu): Cpu {
  return {
    servers: after.servers - before.servers,
    worker: after.worker - before.worker,
    database: after.database - before.database,
  }
}

/** The workers below this process. */
export function workerPids(): number[] {
  return below(process.pid).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('worker.mjs')
    } catch {
      return false
    }
  })
}
