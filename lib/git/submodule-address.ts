// Where a submodule is fetched from, and who it is asked as: nothing that the project was given is shown to anybody but the project's
// own host, and there only for the owner whose repository the project is.
import { PanelError } from '../errors.ts'
import type { RepositoryAddress } from '../deploy/types.ts'
import type { ParsedAddress } from './address.ts'

/** `owner`: the first part of the path, '' where there is none but the repository's name. `path` without a slash before it. */
export type Place = { user: string; host: string; port: string; path: string; owner: string }

/** `url` as `.gitmodules` has it; relative ones count from the address of the repository that names them (gitmodules(5)). */
export function resolveUrl(parent: string, url: string): string {
  if (!/^\.\.?\//.test(url)) return url
  const root = /^[A-Za-z]+:\/\/[^/]*/.exec(parent)?.[0].length ?? 0
  let base = parent.replace(/\/+$/, '')
  let rest = url
  let separator = '/'
  for (let step = /^(\.\.?)\/+/.exec(rest); step; step = /^(\.\.?)\/+/.exec(rest)) {
    rest = rest.slice(step[0].length)
    if (step[1] === '.') continue
    const slash = base.lastIndexOf('/')
    const colon = root === 0 && !parent.startsWith('/') ? base.lastIndexOf(':') : -1
    const end = Math.max(slash, colon)
    if (end < root || separator === ':') throw refused(`“${url}” leads out of ${parent}.`)
    separator = end === colon ? ':' : '/'
    base = base.slice(0, end)
  }
  if (rest === '' || rest.split('/').includes('..')) throw refused(`“${url}” is not a relative address.`)
  return base + separator + rest
}

/** Of an address over https, ssh or git. */
export function placeOf(address: ParsedAddress): Place {
  const scheme = /^[a-z]+:\/\/(?:([^@/]+)@)?(\[[^\]]+\]|[^:/]+)(?::([0-9]+))?\/(.*)$/.exec(address.url)
  const scp = /^(?:([^@]+)@)?(\[[^\]]+\]|[^:]+):()(.*)$/.exec(address.url)
  const [, user = '', host = '', port = '', path = ''] = scheme ?? scp ?? []
  const parts = path.split('/').filter((part) => part !== '')
  const usual = { https: '443', ssh: '22', git: '9418', local: '' }[address.kind]
  return {
    user,
    host: host.replace(/^\[|\]$/g, '').toLowerCase(),
    port: port === '' ? usual : String(Number(port)),
    path: parts.join('/'),
    owner: parts.length > 1 ? parts[0]! : '',
  }
}

/**
 * The address and access for the submodule at `parsed` of the project at `home`. An ssh address of the project's own host becomes an https one
 * where the project's is. PanelError `invalid` for a transport that is not used for submodules.
 */
export function accessFor(
  home: { parsed: ParsedAddress; address: RepositoryAddress },
  parsed: ParsedAddress,
): Omit<RepositoryAddress, 'id'> {
  if (parsed.kind === 'local') {
    if (home.parsed.kind !== 'local') throw refused('It is a folder of the panel’s own disk, and the project is not.')
    return { url: parsed.url, access: { kind: 'none' } }
  }
  if (home.parsed.kind === 'local') {
    if (parsed.kind !== 'https') throw refused('Only https addresses are fetched for this project.')
    return { url: parsed.url, access: { kind: 'none' } }
  }
  const [own, other] = [placeOf(home.parsed), placeOf(parsed)]
  const isSameHost = own.host === other.host
  const { access } = home.address
  if (parsed.kind === 'ssh' && home.parsed.kind === 'https' && isSameHost && other.port === '22') {
    const url = `${home.parsed.origin}/${other.path}`
    return { url, access: own.owner === other.owner ? access : { kind: 'none' } }
  }
  const isSame = parsed.kind === home.parsed.kind && isSameHost && own.port === other.port && own.owner === other.owner
  if (parsed.kind === 'https') return { url: parsed.url, access: isSame ? access : { kind: 'none' } }
  if (isSame && own.user === other.user) return { url: parsed.url, access }
  if (parsed.kind === 'ssh')
    throw refused(
      'The key of the project is shown to its own host and owner only. Use an https address for a public repository.',
    )
  throw refused('Git’s own protocol is not used for submodules. Use an https address.')
}

function refused(message: string): PanelError {
  return new PanelError('invalid', message)
}
