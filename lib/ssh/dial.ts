import { setTimeout as delay } from 'node:timers/promises'
import ssh2 from 'ssh2'
import type { ConnectConfig } from 'ssh2'
import { PanelError } from '@/lib/errors.ts'
import type { ServerAddress } from '@/lib/deploy/types.ts'
import { DialError, attemptOnce } from './attempt.ts'
import type { Line } from './attempt.ts'
import { algorithmsFor, anyAlgorithm, fingerprint, hostKeyText, withoutComment } from './keys.ts'
import type { Route } from './wire.ts'

/** How often a connection that ended before the handshake is tried again: sshd drops some at random (MaxStartups). */
const attempts = 4

type Place = { host: string; port: number }

/**
 * Connects and authenticates over `route` within `deadlineMs`. Only connections lost before the handshake are tried again; nothing that
 * a server may have acted on is. PanelError: unreachable, timed_out, host_key_changed, forbidden, invalid.
 */
export async function dial(address: ServerAddress, route: Route, deadlineMs: number): Promise<Line> {
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
    return await withRetries(route, config, deadlineMs)
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
export async function readHostKey(place: Place, route: Route, deadlineMs: number): Promise<string> {
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
    const line = await withRetries(route, config, deadlineMs)
    line.client.end()
  } catch (error) {
    if (presented === null) throw asPanelError(error, place)
  }
  if (presented === null) throw new PanelError('unreachable', `${place.host}:${place.port} presented no host key.`)
  return presented
}

function asPanelError(error: unknown, place: Place & { id?: string }): unknown {
  if (!(error instanceof DialError)) return error
  const details = { host: place.host, port: place.port, ...(place.id === undefined ? {} : { server: place.id }) }
  return new PanelError(error.kind, error.message, details)
}

async function withRetries(route: Route, config: ConnectConfig, deadlineMs: number): Promise<Line> {
  const deadline = performance.now() + deadlineMs
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptOnce(route, config, deadline - performance.now(), deadlineMs)
    } catch (error) {
      const pause = 150 * 2 ** attempt * (0.5 + Math.random())
      const late = performance.now() + pause >= deadline
      if (!(error instanceof DialError && error.again) || attempt === attempts || late) throw error
      await delay(pause)
    }
  }
}
