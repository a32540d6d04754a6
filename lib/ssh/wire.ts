// The bytes between us and a server's port: over a socket of ours, or over the connection to a jump host.
import { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { ClientChannel } from 'ssh2'

/** What an SSH connection runs over; it counts what came in. */
export type Wire = Duplex & { readonly bytesRead: number }

/** How to get to a server's port; `where` names it in errors. `open` rejects with DialError only. */
export type Route = { where: string; open(): Promise<Wire> }

type Place = { host: string; port: number }

export const whereOf = ({ host, port }: Place): string => `${host}:${port}`

/** Without a jump host. Whether it connects is told by the wire itself. */
export function directRoute(place: Place): Route {
  return {
    where: whereOf(place),
    open: async () => {
      const socket = new Socket()
      socket.setNoDelay(true)
      return socket.connect({ host: place.host, port: place.port })
    },
  }
}

/** A channel that a jump host has connected to a port. It behaves as a socket does: when either side ends, it is over. */
export class ForwardedWire extends Duplex {
  bytesRead = 0
  readonly #channel: ClientChannel

  constructor(channel: ClientChannel) {
    super({ allowHalfOpen: false })
    this.#channel = channel
    channel.on('data', (bytes: Buffer) => {
      this.bytesRead += bytes.length
      if (!this.push(bytes)) channel.pause()
    })
    channel.on('end', () => this.push(null))
    // ssh2 forgets the callback of a write on a channel that closes meanwhile, so nothing here waits for it.
    channel.on('close', () => this.destroy())
    channel.stderr.resume()
  }

  override _read(): void {
    this.#channel.resume()
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#channel.write(bytes, done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#channel.end()
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#channel.close()
    done(error)
  }
}
