// Which repository addresses are allowed, read strictly: what git itself would make of odd ones is not left to chance.
import { realpath } from 'node:fs/promises'
import { isAbsolute, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PanelError } from '../errors.ts'

/** `url` is what git is given: no credentials, no options. `origin` (https only) is what a token may be sent to. */
export type ParsedAddress =
  | { kind: 'https'; url: string; origin: string; user: string }
  | { kind: 'ssh' | 'git'; url: string }
  | { kind: 'local'; url: string }

const hostName = String.raw`(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])`
const userName = String.raw`[A-Za-z0-9_][A-Za-z0-9_.+-]*`
const schemeForm = new RegExp(`^(https|ssh|git)://(?:(${userName})@)?(${hostName})(?::([0-9]{1,5}))?(/.+)$`)
const scpForm = new RegExp(`^(?:(${userName})@)?(${hostName}):(?!:)(.+)$`)

/** Throws PanelError `invalid`, or `not_found` for a local path that isn't there. Local paths must lie in one of `localPrefixes`. */
export async function parseAddress(url: string, localPrefixes: string[]): Promise<ParsedAddress> {
  if (url === '' || url.length > 2000 || /[\u0000-\u0020\u007f]/.test(url) || url.startsWith('-')) throw invalid(url)
  if (isAbsolute(url) || url.startsWith('file://')) return { kind: 'local', url: await localPath(url, localPrefixes) }
  if (/^[a-z]+:\/\/[^/]*:[^/]*@/i.test(url)) {
    throw new PanelError('invalid', 'The address holds a password or token.', {
      problems: [
        {
          path: 'url',
          message: 'Leave the secret out of the address',
          hint: 'Save it as the access of the repository.',
        },
      ],
    })
  }
  const scheme = schemeForm.exec(url)
  if (scheme) {
    const [, kind, user = '', host = '', port, path = ''] = scheme
    if (path.includes('?') || path.includes('#') || path.startsWith('/-') || Number(port ?? 1) > 65_535)
      throw invalid(url)
    const origin = `${kind}://${host}${port === undefined ? '' : `:${port}`}`
    if (kind === 'https') return { kind, url: origin + path, origin, user }
    return { kind: kind === 'ssh' ? 'ssh' : 'git', url }
  }
  const scp = scpForm.exec(url)
  if (scp && !url.includes('://') && !(scp[3] ?? '').startsWith('-')) return { kind: 'ssh', url }
  throw invalid(url)
}

/** Links and `..` are resolved before the comparison, so that neither leads out of an allowed folder. */
async function localPath(url: string, prefixes: string[]): Promise<string> {
  const path = normalize(url.startsWith('file://') ? pathOfFileUrl(url) : url)
  const within = (candidate: string, prefix: string) =>
    candidate === prefix || candidate.startsWith(`${prefix.replace(/\/+$/, '')}/`)
  if (!prefixes.some((prefix) => within(path, normalize(prefix)))) throw notAllowed()
  const real = await realpath(path).catch(() => {
    throw new PanelError('not_found', `There is no repository at ${path}.`)
  })
  for (const prefix of prefixes) {
    const realPrefix = await realpath(prefix).catch(() => null)
    if (realPrefix !== null && within(real, realPrefix)) return real
  }
  throw notAllowed()
}

function pathOfFileUrl(url: string): string {
  try {
    return fileURLToPath(url)
  } catch {
    throw invalid(url)
  }
}

function notAllowed(): PanelError {
  return new PanelError('invalid', 'This panel does not read repositories from that folder of its own disk.', {
    problems: [
      { path: 'url', message: 'The path is outside the allowed folders', hint: 'Whoever runs the panel can allow it.' },
    ],
  })
}

function invalid(url: string): PanelError {
  const message = /^[a-z0-9]+::/i.test(url) ? 'Remote helpers are not allowed' : 'Not a repository address'
  return new PanelError('invalid', 'This is not an address that the panel can fetch from.', {
    problems: [
      { path: 'url', message, hint: 'For example https://github.com/owner/name.git or git@github.com:owner/name.git' },
    ],
  })
}
