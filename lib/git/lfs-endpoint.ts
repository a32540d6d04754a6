// Where the objects of a repository are asked for, and with what (git-lfs, docs/api/server-discovery.md and authentication.md).
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { z } from 'zod'
import { quote } from '../deploy/quote.ts'
import { PanelError } from '../errors.ts'
import type { ParsedAddress } from './address.ts'
import type { Credentials } from './credentials.ts'
import { gitEnvironment } from './run.ts'
import { placeOf } from './submodule-address.ts'

/** `headers` are for `url` and what lies below it, and for nobody else. */
export type Endpoint = { url: URL; headers: Record<string, string> }

const answerBytes = 65_536
const authenticateMs = 30_000
const authenticated = z.object({
  href: z.string().optional(),
  header: z.record(z.string(), z.string()).optional(),
})

/**
 * `configured`: what `.lfsconfig` says, '' for nothing. The token of a repository goes to that repository's own place only, whatever it
 * says there; a server that the host itself names, over ssh, gets what the host gave for it.
 */
export async function endpointOf(
  parsed: ParsedAddress,
  configured: string,
  credentials: Credentials,
  signal: AbortSignal | undefined,
): Promise<Endpoint> {
  const own = parsed.kind === 'https' ? urlOf(`${withGit(parsed.url)}/info/lfs`) : null
  if (configured !== '') {
    const url = urlOf(configured)
    return { url, headers: own !== null && url.href === own.href ? authorization(credentials) : {} }
  }
  if (own !== null) return { url: own, headers: authorization(credentials) }
  if (parsed.kind !== 'ssh')
    throw new PanelError('invalid', 'Git LFS has no objects for addresses of this kind. Use an https or ssh address.')
  const place = placeOf(parsed)
  const host = place.host.includes(':') ? `[${place.host}]` : place.host
  const usual = urlOf(`https://${host}/${withGit(place.path)}/info/lfs`)
  const given = await authenticate(parsed, credentials, signal)
  return { url: given.href === undefined || given.href === '' ? usual : urlOf(given.href), headers: given.header ?? {} }
}

function withGit(text: string): string {
  return text.replace(/\/+$/, '').replace(/(\.git)?$/, '.git')
}

function authorization({ authorization: value }: Credentials): Record<string, string> {
  return value === null ? {} : { authorization: value }
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url?.protocol === 'https:') return new URL(url.href.replace(/\/+$/, ''))
  throw new PanelError('invalid', 'Git LFS is asked over https only.')
}

/** `git-lfs-authenticate <path> download`, run at the Git host as git runs its own programs there. */
async function authenticate(
  parsed: ParsedAddress,
  { env }: Credentials,
  signal: AbortSignal | undefined,
): Promise<z.infer<typeof authenticated>> {
  const scheme = /^ssh:\/\/([^/:[\]]+|[^/[]*\[[^\]]+\])(?::([0-9]+))?(\/.*)$/.exec(parsed.url)
  const scp = /^([^:[]*|[^[]*\[[^\]]+\]):(.*)$/.exec(parsed.url)
  const [target = '', port = '', path = ''] = scheme ? scheme.slice(1) : [scp?.[1], '', scp?.[2]]
  // Some hosts take quotes for part of the path.
  const wish = `git-lfs-authenticate ${/^[\w./~+-]+$/.test(path) ? path : quote(path)} download`
  const options = [...(port === '' ? [] : ['-p', port]), '--', target.replace(/[[\]]/g, ''), wish]
  const child = spawn('sh', ['-c', `exec ${env.GIT_SSH_COMMAND ?? 'false'} "$@"`, 'sh', ...options], {
    env: gitEnvironment({ folder: '/', shownAs: parsed.url }) as unknown as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'ignore'],
    signal: AbortSignal.any([AbortSignal.timeout(authenticateMs), ...(signal ? [signal] : [])]),
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    if (output.length > answerBytes) child.kill()
  })
  const [code] = (await once(child, 'close').catch((error: unknown) => {
    throw signal?.aborted
      ? signal.reason
      : new PanelError('timed_out', 'The Git host did not answer in time.', {}, { cause: error })
  })) as [number | null]
  const answer = authenticated.safeParse(code === 0 ? jsonOf(output) : null)
  if (answer.success) return answer.data
  throw new PanelError(
    'forbidden',
    'The Git host gives no access to Git LFS over ssh. Use an https address with a token.',
  )
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
