// Where addresses may lead that a repository names itself: submodules, and where Git LFS keeps its objects. Whoever may push there is
// not the one who gave the panel its project, so nothing of a private network is asked for them.
import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { PanelError } from '../errors.ts'
import type { ParsedAddress } from './address.ts'
import { placeOf } from './submodule-address.ts'

/** The host of the project's own address and where it is asked over https; hosts of private networks that whoever runs the panel allows. */
export type Reach = { home: string; homePort: string; privateHosts: string[] }

const closed = new BlockList()
/** Loopback, private, shared, link-local, documentation, benchmark, relays, segment routing, multicast and reserved (IANA special-purpose registries). */
const networks4 =
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4'
const networks6 =
  '::/96 ::ffff:0:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8'
for (const [list, kind] of [
  [networks4, 'ipv4'],
  [networks6, 'ipv6'],
] as const)
  for (const network of list.split(' ')) {
    const [address = '', bits] = network.split('/')
    closed.addSubnet(address, Number(bits), kind)
  }

/** Whether anybody on the internet could ask that address. */
export function isPublic(address: string): boolean {
  const kind = isIP(address)
  if (kind === 0) return false
  // An IPv4 address in IPv6's dress is held against both lists.
  return !closed.check(address, kind === 4 ? 'ipv4' : 'ipv6')
}

/**
 * The addresses that `host` may be asked at; null when any will do, because the panel was told of that host. They are to be used as
 * they are: asked again, a name may say something else. PanelError `invalid` for a private one, `unreachable` for none.
 */
export async function addressesOf(host: string, port: string, reach: Reach): Promise<string[] | null> {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase()
  if (reach.privateHosts.includes(name) || isHome(name, port, reach)) return null
  const found = await lookup(name, { all: true }).catch(() => [])
  if (found.length === 0) throw new PanelError('unreachable', `There is no host ${name}.`)
  if (!found.every(({ address }) => isPublic(address)))
    throw new PanelError(
      'invalid',
      `${name} is a host of a private network, which nothing in a repository may lead to. Whoever runs the panel can allow it by name (FAIRLEAD_PRIVATE_HOSTS).`,
    )
  return found.map(({ address }) => address)
}

/**
 * Settings that keep git at the addresses that were looked at, and from being sent elsewhere; null for the project's own host, which may
 * send it where it likes.
 */
export async function pinned(parsed: ParsedAddress, reach: Reach): Promise<Record<string, string> | null> {
  if (parsed.kind !== 'https') return null
  const { host, port } = placeOf(parsed)
  if (isHome(host, port, reach)) return null
  const addresses = await addressesOf(host, port, reach)
  const list = addresses?.map((address) => (address.includes(':') ? `[${address}]` : address)).join(',')
  return {
    GIT_CONFIG_COUNT: list === undefined ? '1' : '2',
    GIT_CONFIG_KEY_0: 'http.followRedirects',
    GIT_CONFIG_VALUE_0: 'false',
    ...(list === undefined
      ? {}
      : { GIT_CONFIG_KEY_1: 'http.curloptResolve', GIT_CONFIG_VALUE_1: `${host}:${port}:${list}` }),
  }
}

function isHome(name: string, port: string, { home, homePort }: Reach): boolean {
  return name === home && port === homePort
}
