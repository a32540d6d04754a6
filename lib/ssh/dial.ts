import { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import ssh2 from 'ssh2'
import type { Client, ConnectConfig } from 'ssh2'
import { PanelError } from '@/lib/errors.ts'
import type { ServerAddress } from '@/lib/deploy/types.ts'
import { algorithmsFor, anyAlgorithm, fingerprint, hostKeyText, withoutComment } from './keys.ts'

export type Line = { client: Client; socket: Socket }
type Place = { host: string; port: number }

/** How often a connection that ended before the handshake is tried again: sshd drops some at random (MaxStartups). */
const attempts = 4

/**
 * Connects and authenticates within `deadlineMs`. Only connections lost before the handshake are tried again; nothing that
 * a server may have acted on is. PanelError: unreachable, timed_out, host_key_changed, forbidden, invalid.
 */
export async function dial(address: ServerAddress, deadlineMs: number): Promise<Line> {
  const pinned = address.hostKey === null ? null : withoutComment(address.hostKey)
  if (pinned === null) {
    throw new PanelError('invalid', `The host key of ${address.host} has not been confirmed yet.`, {
      server: address.id,
    })
  }
  const key = ssh2.utils.parseKey(address.privateKey)
  if (key instanceof Error || !key.isPrivateKey()) {
    throw new PanelError('invalid', 'The private key for this server cannot be read.', { server: address.id })
  }
  const serverHostKey = algorithmsFor(pinned)
  let presented: string | null = null
  const config: ConnectConfig = {
    username: address.user,
    // One method, no probing with "none": a server with MaxAuthTries 1 still lets us in, and a trip is saved.
    privateKey: address.privateKey,
    authHandler: ['publickey'],
    algorithms: { serverHostKey },
    hostVerifier: (blob: Buffer) => {
      presented = hostKeyText(blob)
      return presented === pinned
    },
  }
  try {
    return await withRetries(address, config, deadlineMs)
  } catch (error) {
    const other = presented !== null && presented !== pinned
    if (!other && !(error instanceof DialError && error.noCommonHostKey)) throw asPanelError(error, address)
    throw new PanelError('host_key_changed', `${address.host} presents another host key than the confirmed one.`, {
      server: address.id,
      expected: fingerprint(pinned),
      presented: presented === null ? null : fingerprint(presented),
    })
  }
}

/** The key a server presents now. The exchange is broken off at the key: no user name and no credential is sent. */
export async function readHostKey(place: Place, deadlineMs: number): Promise<string> {
  let presented: string | null = null
  const config: ConnectConfig = {
    username: 'nobody',
    authHandler: () => false,
    algorithms: { serverHostKey: anyAlgorithm },
    hostVerifier: (blob: Buffer) => {
      presented = hostKeyText(blob)
      return false
    },
  }
  try {
    const line = await withRetries(place, config, deadlineMs)
    line.client.end()
  } catch (error) {
    if (presented === null) throw asPanelError(error, place)
  }
  if (presented === null) throw new PanelError('unreachable', `${place.host}:${place.port} presented no host key.`)
  return presented
}

class DialError extends Error {
  constructor(
    readonly kind: 'unreachable' | 'timed_out' | 'forbidden',
    message: string,
    readonly again: boolean,
    readonly noCommonHostKey = false,
  ) {
    super(message)
  }
}

function asPanelError(error: unknown, place: Place & { id?: string }): unknown {
  if (!(error instanceof DialError)) return error
  const details = { host: place.host, port: place.port, ...(place.id === undefined ? {} : { server: place.id }) }
  return new PanelError(error.kind, error.message, details)
}

async function withRetries(place: Place, config: ConnectConfig, deadlineMs: number): Promise<Line> {
  const deadline = performance.now() + deadlineMs
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once(place, config, deadline - performance.now(), deadlineMs)
    } catch (error) {
      const pause = 150 * 2 ** attempt * (0.5 + Math.random())
      const late = performance.now() + pause >= deadline
      if (!(error instanceof DialError && error.again) || attempt === attempts || late) throw error
      await delay(pause)
    }
  }
}

type LibraryError = Error & { level?: string; code?: string | number }

function once(place: Place, config: ConnectConfig, leftMs: number, deadlineMs: number): Promise<Line> {
  const where = `${place.host}:${place.port}`
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client()
    const socket = new Socket()
    let handshaken = false
    let settled = false
    const fail = (error: DialError): void => {
      if (settled) return
      settled = true
      clearTimeout(timer)
      reject(error)
      socket.destroy()
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
    client.on('ready', () => {
      settled = true
      clearTimeout(timer)
      resolve({ client, socket })
    })
    socket.setNoDelay(true)
    socket.connect({ host: place.host, port: place.port })
    try {
      client.connect({ ...config, sock: socket, readyTimeout: 0, keepaliveInterval: 0 })
    } catch (error) {
      fail(new DialError('unreachable', `${where}: ${error instanceof Error ? error.message : 'no connection'}`, false))
    }
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
