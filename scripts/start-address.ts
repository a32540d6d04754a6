// Where requests come from. Next believes any x-forwarded-for that it is sent, so that a client could name another address at
// each attempt and slip through every limit; here it is put right before Next sees it.
import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** @param networks `192.0.2.7` or `10.0.0.0/8`, as lib/settings.ts gives them */
export function knownProxies(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return (address) => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

/** From now on, of each request to this process: only what a known proxy says of its client is kept. */
export function guardAddresses(networks: readonly string[]): void {
  const isProxy = knownProxies(networks)
  // Told synchronously, before any listener of the server gets the request.
  subscribe('http.server.request.start', (message) => {
    const { request } = message as { request: IncomingMessage }
    const peer = request.socket.remoteAddress
    if (peer === undefined || !isProxy(peer)) request.headers['x-forwarded-for'] = peer ?? 'unknown'
  })
}
