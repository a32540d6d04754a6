import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { ServerAddress } from '@/lib/deploy/types.ts'

/** A line in front of a server that can be cut, frozen, or refuse to carry the next connections. */
export async function openRelay(to: ServerAddress) {
  const sockets = new Set<Socket>()
  let carried = 0
  let accepted = 0
  let refuse = 0
  let frozen = false
  const server = createServer((near) => {
    accepted += 1
    sockets.add(near)
    near.on('error', () => {}).on('close', () => sockets.delete(near))
    if (frozen) return
    if (refuse > 0) {
      refuse -= 1
      near.end()
      return
    }
    const far = connect(to.port, to.host)
    sockets.add(far)
    far.on('error', () => {}).on('close', () => sockets.delete(far))
    far.on('data', (bytes) => (carried += bytes.length))
    near.pipe(far).pipe(near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: { ...to, host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    /** Bytes that came from the server so far. */
    carried: () => carried,
    accepted: () => accepted,
    /** Closes the next connections before a byte is sent, as sshd does above MaxStartups. */
    refuseNext: (count: number) => {
      refuse = count
    },
    cut: () => {
      for (const socket of sockets) socket.resetAndDestroy()
    },
    /** Nothing passes any more, and nobody is told. */
    freeze: () => {
      frozen = true
      for (const socket of sockets) socket.unpipe().pause()
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
