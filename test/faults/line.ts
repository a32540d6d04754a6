// The line between the panel's processes and PostgreSQL, which can be slow, or lose all of its connections.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

export type Line = Awaited<ReturnType<typeof openLine>>

/** How long each piece is on its way while the line is slow, in ms, at least and at most. */
const slowMs = [300, 800] as const

/** `url` is that of the database; workers and web are given the one of the line. Close it. */
export async function openLine(url: string) {
  const { hostname, port } = new URL(url)
  const sockets = new Set<Socket>()
  let isSlow = false
  const lag = (): number => (isSlow ? slowMs[0] + Math.random() * (slowMs[1] - slowMs[0]) : 0)
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.setNoDelay(true)
      from.on('error', () => to.destroy()).on('close', () => sockets.delete(from))
      carry(from, to, lag)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const own = new URL(url)
  own.hostname = '127.0.0.1'
  own.port = String((server.address() as AddressInfo).port)
  return {
    url: own.href,
    /** Every piece takes its time, in either direction, until it is told otherwise. */
    slow(wanted: boolean): void {
      isSlow = wanted
    },
    /** Every connection there is ends at once; new ones are carried. */
    reset(): void {
      for (const socket of sockets) socket.resetAndDestroy()
    },
    async close(): Promise<void> {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Pieces arrive in the order in which they were sent, each so much later. */
function carry(from: Socket, to: Socket, lag: () => number): void {
  let carried = Promise.resolve()
  from.on('data', (bytes) => {
    const due = performance.now() + lag()
    carried = carried.then(async () => {
      const left = due - performance.now()
      if (left > 0) await delay(left)
      to.write(bytes)
    })
  })
  from.on('end', () => void carried.then(() => to.end()))
}
