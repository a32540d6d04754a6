// A panel at rest, started as a person starts it: parent, embedded PostgreSQL, web process, worker.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { memoryOf, type Memory } from './memory.ts'

/** Served a few pages and then left alone until its memory has stayed the same, within 2 %, for ten seconds. */
export async function idleMemory(port: number): Promise<Memory[]> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-idle-'))
  const surroundings = { DATABASE_URL: '', FAIRLEAD_PUBLIC_URL: '', AUTH_SECRET: '', FAIRLEAD_LOG_LEVEL: 'error' }
  const env = { ...process.env, ...surroundings, FAIRLEAD_DATA: folder, HOST: '127.0.0.1', PORT: String(port) }
  const start = join(import.meta.dirname, '../dist/start.mjs')
  const panel = spawn(process.execPath, [start], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    for await (const line of createInterface({ input: panel.stdout })) if (line.includes('Fairlead runs at')) break
    panel.stdout.resume()
    for (const path of ['/setup', '/sign-in', '/api/health'])
      await (await fetch(`http://127.0.0.1:${port}${path}`)).arrayBuffer()
    return await settled(panel.pid!)
  } finally {
    const gone = once(panel, 'exit')
    panel.kill('SIGTERM')
    await gone
    await rm(folder, { recursive: true, force: true })
  }
}

async function settled(pid: number): Promise<Memory[]> {
  const total = (all: Memory[]): number => all.reduce((sum, one) => sum + one.proportionalMb, 0)
  let now = memoryOf(pid)
  for (let same = 0, seconds = 0; same < 10 && seconds < 120; seconds++) {
    await delay(1_000)
    const next = memoryOf(pid)
    same = Math.abs(total(next) - total(now)) <= total(now) * 0.02 ? same + 1 : 0
    now = next
  }
  return now
}
