// One request of the panel's own to an address that a person wrote: whoever asks says which addresses are never connected to, and what
// a name resolves to counts, at the moment of connecting. Readiness checks never ask where machines keep their credentials, and the
// panel's own machine only for a server that is there.
import { lookup } from 'node:dns'
import type { LookupAddress, LookupOptions } from 'node:dns'
import { request as requestHttp } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { BlockList, isIP } from 'node:net'

/** As much of a body is looked through. */
const bodyBytes = 64 * 1024

/** Link-local, where clouds answer questions about a machine, and what some of them use instead; nobody's (0/8, multicast). */
const neverAsked = new BlockList()
for (const [network, bits] of [
  ['169.254.0.0', 16],
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['192.0.0.192', 32],
  ['0.0.0.0', 8],
  ['224.0.0.0', 3],
] as const)
  neverAsked.addSubnet(network, bits, 'ipv4')
for (const [network, bits] of [
  ['fe80::', 10],
  ['fd00:ec2::254', 128],
  ['fd20:ce::254', 128],
  ['::', 128],
  ['ff00::', 8],
  // an IPv4 address in other words
  ['64:ff9b::', 96],
  ['::ffff:0:0:0', 96],
  ['2002::', 16],
] as const)
  neverAsked.addSubnet(network, bits, 'ipv6')
const ownMachine = new BlockList()
ownMachine.addSubnet('127.0.0.0', 8, 'ipv4')
ownMachine.addAddress('::1', 'ipv6')

export class RefusedAddress extends Error {
  constructor(address: string) {
    super(`Fairlead does not ask ${address}.`)
    this.name = 'RefusedAddress'
  }
}

export type Reply = { status: number; reason: string; headers: [string, string][]; body: string }
export type Get = {
  url: URL
  /** Where to connect, when that isn't what the URL names. */
  connectTo: string | null
  headers: Record<string, string>
  /** Whether the certificate has to be the URL's. */
  isVerified: boolean
  /** Whether this machine may be asked. */
  mayBeHere: boolean
  signal: AbortSignal
}

/** Whether `address` (an IP address) may be asked. */
export function isAsked(address: string, mayBeHere: boolean): boolean {
  const [plain = ''] = address.split('%')
  const family = isIP(plain) === 6 ? 'ipv6' : 'ipv4'
  return !neverAsked.check(plain, family) && (mayBeHere || !ownMachine.check(plain, family))
}

/** Whether a name or an address is this machine. */
export async function isHere(host: string): Promise<boolean> {
  const found = await new Promise<LookupAddress[]>((resolve) =>
    lookup(host, { all: true }, (error, addresses) => resolve(error ? [] : addresses)),
  )
  return found.some(({ address }) => !isAsked(address, false) && isAsked(address, true))
}

type Lookup = (
  name: string,
  options: LookupOptions,
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

type Request = Omit<Get, 'mayBeHere'> & {
  method: string
  /** '' = none. */
  body: string
  /** Of the answer; more isn't read. */
  bodyBytes: number
  /** Whether an IP address may be connected to. */
  isAllowed(address: string): boolean
  /** Who says what a name resolves to: the system, unless given. */
  resolve?: Lookup
}

/** @throws RefusedAddress, or the error of the network; the reason of `signal`. */
export async function guardedGet({ mayBeHere, ...get }: Get): Promise<Reply> {
  const isAllowed = (address: string): boolean => isAsked(address, mayBeHere)
  return guardedRequest({ ...get, method: 'GET', body: '', bodyBytes, isAllowed })
}

/** Follows nothing, and never changes protocol. @throws RefusedAddress, or the error of the network; the reason of `signal`. */
export async function guardedRequest(asked: Request): Promise<Reply> {
  const { url, connectTo, method, headers, body, isVerified, isAllowed, signal, resolve: ask = lookup } = asked
  const named = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const host = connectTo ?? named
  if (isIP(host) !== 0 && !isAllowed(host)) throw new RefusedAddress(host)
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({
      method,
      host,
      port: url.port || (url.protocol === 'https:' ? 443 : 80),
      path: `${url.pathname}${url.search}`,
      headers: {
        host: url.host,
        'user-agent': 'Fairlead',
        connection: 'close',
        ...(body === '' ? {} : { 'content-length': Buffer.byteLength(body) }),
        ...headers,
      },
      agent: false,
      rejectUnauthorized: isVerified,
      ...(isIP(named) === 0 ? { servername: named } : {}),
      signal,
      lookup: (name, options, done) =>
        ask(name, { ...options, all: true }, (error, addresses) => {
          const refused = addresses?.find(({ address }) => !isAllowed(address))
          if (error) done(error, [])
          else if (refused) done(new RefusedAddress(`${name} (${refused.address})`), [])
          else if (options.all) done(null, addresses)
          else done(null, addresses[0]!.address, addresses[0]!.family)
        }),
    })
      .once('response', resolve)
      // Who answers 101 would otherwise be waited for without an end: no limit reaches a request that has lost its line.
      .once('upgrade', (switched, socket) => {
        socket.destroy()
        resolve(switched)
      })
      .once('error', reject)
      .end(body)
  })
  return { ...lineAndHeaders(response), body: await bodyOf(response, asked.bodyBytes) }
}

function lineAndHeaders({ statusCode = 0, statusMessage = '', rawHeaders }: IncomingMessage): Omit<Reply, 'body'> {
  const headers = rawHeaders.flatMap((name, index): [string, string][] =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? '']] : [],
  )
  return { status: statusCode, reason: statusMessage, headers }
}

async function bodyOf(response: IncomingMessage, bodyBytes: number): Promise<string> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of response as AsyncIterable<Buffer>) {
    parts.push(part)
    length += part.length
    if (length >= bodyBytes) break
  }
  return Buffer.concat(parts).subarray(0, bodyBytes).toString()
}
