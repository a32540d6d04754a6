import ssh2 from 'ssh2'
import type { Client, ConnectConfig } from 'ssh2'
import type { Route, Wire } from './wire.ts'

export type Line = { client: Client; wire: Wire }

/** Why one attempt failed; `again` = nothing was exchanged yet and the next one may do better. */
export class DialError extends Error {
  constructor(
    readonly kind: 'unreachable' | 'timed_out' | 'forbidden',
    message: string,
    readonly again: boolean,
    readonly noCommonHostKey = false,
  ) {
    super(message)
  }
}

type LibraryError = Error & { level?: string; code?: string | number }

/** One attempt within `leftMs`; `deadlineMs` is what people are told. Rejects with DialError only. */
export function attemptOnce(
  { where, open }: Route,
  config: ConnectConfig,
  leftMs: number,
  deadlineMs: number,
): Promise<Line> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client()
    let wire: Wire | null = null
    let handshaken = false
    let settled = false
    const fail = (error: DialError): void => {
      if (settled) return
      settled = true
      clearTimeout(timer)
      reject(error)
      wire?.destroy()
    }
    const timer = setTimeout(
      () =>
        fail(
          new DialError('timed_out', `${where} did not let us in within ${Math.round(deadlineMs / 1000)} s.`, false),
        ),
      Math.max(leftMs, 1),
    )
    client.on('handshake', () => (handshaken = true))
    // This listener stays: an error after 'ready' would otherwise end the process; 'close' follows and says it all.
    client.on('error', (error: LibraryError) => fail(describe(error, where, handshaken)))
    client.on('close', () => fail(new DialError('unreachable', `${where} closed the connection.`, !handshaken)))
    const speak = (opened: Wire): void => {
      wire = opened
      if (settled) return void opened.destroy()
      client.on('ready', () => {
        settled = true
        clearTimeout(timer)
        resolve({ client, wire: opened })
      })
      client.connect({ ...config, sock: opened, readyTimeout: 0, keepaliveInterval: 0 })
    }
    open()
      .then(speak)
      .catch((error: unknown) => {
        const said = error instanceof Error ? error.message : 'no connection'
        fail(error instanceof DialError ? error : new DialError('unreachable', `${where}: ${said}`, false))
      })
  })
}

/** Socket codes of a connection that a busy server dropped; a refused or unroutable one is final at once. */
const dropped = new Set<string | number | undefined>(['ECONNRESET', 'EPIPE'])

const reasons: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
  ENOTFOUND: 'the name was not found',
  EAI_AGAIN: 'the name could not be looked up',
  ETIMEDOUT: 'nothing answered',
}

function describe(error: LibraryError, where: string, handshaken: boolean): DialError {
  if (error.level === 'client-authentication') {
    return new DialError('forbidden', `${where} refused the key for this user.`, false)
  }
  if (error.level === 'client-socket') {
    const reason = reasons[String(error.code)] ?? `the connection failed (${String(error.code ?? 'unknown')})`
    return new DialError('unreachable', `${where}: ${reason}.`, !handshaken && dropped.has(error.code))
  }
  if (handshaken) return new DialError('forbidden', `${where} ended the sign-in: ${error.message}.`, false)
  // ssh2 gives no code here; its version is pinned and a test meets this very case.
  const noCommonHostKey = error.message.includes('no matching host key format')
  const lost = error.level === 'protocol' || error.level === undefined
  return new DialError('unreachable', `${where}: ${error.message}.`, lost && !noCommonHostKey, noCommonHostKey)
}
