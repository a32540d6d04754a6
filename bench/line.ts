// Starts bench/delay.mjs in front of a port.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

export type Line = { port: number; close(): Promise<void> }

/** `roundTripMs` 0 is no relay at all. */
export async function openLine(target: number, roundTripMs: number): Promise<Line> {
  if (roundTripMs === 0) return { port: target, close: async () => {} }
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'delay.mjs'), String(target), String(roundTripMs / 2)],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  const [port] = (await once(child.stdout, 'data')) as [Buffer]
  return {
    port: Number(port.toString()),
    async close() {
      const gone = once(child, 'exit')
      child.stdin.end()
      await gone
    },
  }
}
