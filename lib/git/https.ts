// Questions over https to hosts that a repository names: never to a private network, and never with more than is given here.
import { once } from 'node:events'
import { Agent, request } from 'node:https'
import type { IncomingMessage } from 'node:http'
import { PanelError } from '../errors.ts'
import { trusted } from './passage.ts'
import { addressesOf } from './reach.ts'
import type { Reach } from './reach.ts'

/** How one set of questions is asked; `close` when there are no more. */
export type Caller = {
  agent: Agent
  reach: Reach
  /** Longest silence of a host, in ms. */
  silenceMs: number
  signal: AbortSignal | undefined
}
export type Question = { method: 'GET' | 'POST'; headers: Record<string, string>; body?: Buffer; signal?: AbortSignal }

export function openCaller(options: Omit<Caller, 'agent'>, connections: number): Caller {
  const ca = trusted()
  const agent = new Agent({ keepAlive: true, maxSockets: connections, rejectUnauthorized: true, ...(ca ? { ca } : {}) })
  return { ...options, agent }
}

/**
 * The answer's head; its body is still to be read. Redirections aren't followed. PanelError: invalid (an address that nothing is asked
 * at), unreachable, timed_out.
 */
export async function ask(caller: Caller, url: URL, question: Question): Promise<IncomingMessage> {
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '')
    throw new PanelError('invalid', `Only https addresses without a password are asked, not ${shown(url)}.`)
  const addresses = await addressesOf(url.hostname, url.port === '' ? '443' : url.port, caller.reach)
  const signals = [caller.signal, question.signal].filter((one) => one !== undefined)
  const asking = request(url, {
    method: question.method,
    headers: { ...question.headers, ...(question.body ? { 'content-length': String(question.body.length) } : {}) },
    agent: caller.agent,
    signal: AbortSignal.any(signals),
    ...(addresses === null ? {} : { lookup: only(addresses) }),
  })
  let answer: IncomingMessage | null = null
  // An answer that has begun is what is being read by then.
  asking.setTimeout(caller.silenceMs, () => (answer ?? asking).destroy(silent(url)))
  // Whoever reads the body hears of it there.
  asking.on('error', () => undefined)
  asking.end(question.body)
  try {
    const [head] = (await once(asking, 'response')) as [IncomingMessage]
    answer = head
    return head
  } catch (error) {
    throw explained(error, url, caller.signal)
  }
}

/** Errors of a connection in words; PanelErrors and what `signal` says go through as they are. */
export function explained(error: unknown, url: URL, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason
  if (error instanceof PanelError) return error
  const { code = '', name } = error as NodeJS.ErrnoException
  // Our own disk, and no host.
  if (['ENOSPC', 'EDQUOT', 'EMFILE', 'EACCES'].includes(code)) return error
  if (name === 'AbortError' || name === 'TimeoutError') return silent(url)
  const isCertificate = /CERT|SELF_SIGNED|UNABLE_TO|ALTNAME|SSL|TLS/.test(code)
  const why = isCertificate ? 'The TLS certificate was not accepted' : 'It could not be reached'
  return new PanelError(
    'unreachable',
    `${why} (${url.host}, ${code === '' ? 'no answer' : code}).`,
    {},
    { cause: error },
  )
}

/** Without what may be a secret in it. */
export function shown(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`
}

function silent(url: URL): PanelError {
  return new PanelError('timed_out', `${url.host} did not answer in time.`)
}

/** A name that was looked up is not looked up again. */
function only(addresses: string[]): NonNullable<Parameters<typeof request>[1]['lookup']> {
  const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  return (_name, options, done) => {
    if (options.all) done(null, found)
    else done(null, found[0]!.address, found[0]!.family)
  }
}
