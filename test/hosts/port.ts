import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** Below those that a system gives to whoever doesn't ask for one, also to outgoing connections (Linux: from 32768). */
const [first, end] = [10_000, 32_000]

/**
 * A port of 127.0.0.1 that is free, and that nobody gets by chance before it is listened on: tests that run side by side
 * would take a server on it for their own, and a server that is started again would find it taken.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(first, end)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
