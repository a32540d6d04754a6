// Whether two addresses are of one repository: hosts tell by other addresses of it than the one that it is cloned from.
const schemeForm = /^(https?|ssh|git|git\+ssh):\/\/(?:[^/@]*@)?(\[[0-9a-f:.]+\]|[^/:@]+)(?::(\d{1,5}))?\/(.+)$/i
const scpForm = /^(?:[^/@:]+@)?(\[[0-9a-f:.]+\]|[^/:@]+):(?!\/\/)(.+)$/i

/** Hosts that take ssh on the port of https under another name, as they document. */
const alsoCalled: Readonly<Record<string, string>> = {
  'ssh.github.com': 'github.com',
  'altssh.gitlab.com': 'gitlab.com',
  'altssh.bitbucket.org': 'bitbucket.org',
}
const usualPort: Readonly<Record<string, string>> = { http: '80', https: '443', ssh: '22', git: '9418' }

type Place = { scheme: string; host: string; port: string; path: string }

/**
 * Whether one of `candidates` is the repository at `url`. Ports only differ between addresses of one scheme, as those of ssh and https
 * are different ones anyway. Hosts, and with them the paths there, are told apart without regard to case; paths of this machine are not.
 */
export function sameRepository(url: string, candidates: readonly string[]): boolean {
  const wanted = placeOf(url)
  return wanted !== null && candidates.some((candidate) => isSame(wanted, placeOf(candidate)))
}

function isSame(one: Place, other: Place | null): boolean {
  if (!other || one.host !== other.host || one.path !== other.path) return false
  return one.scheme !== other.scheme || one.port === other.port
}

function placeOf(text: string): Place | null {
  const local = text.startsWith('file://') ? text.slice('file://'.length) : text
  if (local.startsWith('/')) return { scheme: 'file', host: '', port: '', path: bare(local) }
  const [, given = '', host = '', port, path = ''] = schemeForm.exec(text) ?? []
  if (host !== '') {
    const scheme = given.toLowerCase().replace('git+ssh', 'ssh')
    return place(scheme, host, port ?? usualPort[scheme] ?? '', path)
  }
  const scp = text.includes('://') ? null : scpForm.exec(text)
  return scp ? place('ssh', scp[1]!, '22', scp[2]!) : null
}

function place(scheme: string, given: string, port: string, path: string): Place {
  const host = given.toLowerCase()
  const called = alsoCalled[host]
  // Behind another name the port says nothing.
  return {
    scheme,
    host: called ?? host,
    port: called ? (usualPort[scheme] ?? '') : port,
    path: bare(path).toLowerCase(),
  }
}

function bare(path: string): string {
  return path.replace(/^\/+|\/+$/g, '').replace(/\.git$/i, '')
}
