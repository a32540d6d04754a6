import { createHash } from 'node:crypto'
import { PanelError } from '@/lib/errors.ts'
import type { Channel, Connection, Connector, ServerAddress } from '@/lib/deploy/types.ts'
import { shareConnection } from './connection.ts'
import type { SharedConnection } from './connection.ts'
import { deferred } from './deferred.ts'
import { dial, readHostKey } from './dial.ts'
import { asJumpFailure, forwardedRoute } from './jump.ts'
import { fingerprint } from './keys.ts'
import { directRoute } from './wire.ts'
import type { Route } from './wire.ts'

type ConnectorOptions = {
  /** How long dialling may take when the caller doesn't say; 15 s. */
  connectTimeoutMs?: number
  /** How long a connection that nobody holds stays warm; 3 min. */
  idleMs?: number
  /** How often a silent line is asked for a sign of life; 5 s. It is given up after three unanswered times. */
  keepaliveMs?: number
  /** A command that waits for its input; every connection keeps one running in advance. */
  standby?: string
}

/** A connector whose warm connections can be ended, for a graceful stop. */
export type OpenConnector = Connector & { close(): Promise<void> }

/** A route that stays open until it is released; `leftMs` of the time to dial are left. */
type OpenRoute = { route: Route; leftMs: number; release(): void }

type Entry = { shared: SharedConnection; holders: number; idle: NodeJS.Timeout | null }

/**
 * Opens a pool of warm connections, one per server, place, user, key and pinned host key. `connect` gives a hold on one;
 * `end()` of a hold closes the channels opened through it and leaves the connection warm for the next. A server that is reached
 * through another one holds that one's connection as long as its own lives.
 */
export function openConnector(options: ConnectorOptions = {}): OpenConnector {
  const connectTimeoutMs = options.connectTimeoutMs ?? 15_000
  const idleMs = options.idleMs ?? 180_000
  const sharing = {
    keepaliveMs: options.keepaliveMs ?? 5_000,
    ...(options.standby === undefined ? {} : { standby: options.standby }),
  }
  const entries = new Map<string, Entry>()
  const dialling = new Map<string, Promise<Entry>>()
  let isClosed = false

  function forget(key: string, entry: Entry): void {
    if (entry.idle) clearTimeout(entry.idle)
    entry.idle = null
    if (entries.get(key) === entry) entries.delete(key)
  }

  async function fresh(key: string, address: ServerAddress, timeoutMs: number): Promise<Entry> {
    const { route, leftMs, release } = await routeTo(address, timeoutMs)
    const line = await dial(address, route, leftMs).catch((error: unknown) => {
      release()
      throw error
    })
    const entry: Entry = { shared: shareConnection(line, route.where, sharing), holders: 0, idle: null }
    entries.set(key, entry)
    void entry.shared.closed.then(() => {
      forget(key, entry)
      release()
    })
    if (isClosed) entry.shared.end()
    return entry
  }

  async function routeTo(
    place: { host: string; port: number; via?: ServerAddress },
    timeoutMs: number,
  ): Promise<OpenRoute> {
    const { via } = place
    if (!via) return { route: directRoute(place), leftMs: timeoutMs, release: () => {} }
    const began = performance.now()
    const key = poolKey(via)
    const entry = await entryFor(key, via, timeoutMs).catch((error: unknown) => {
      throw asJumpFailure(error, via)
    })
    take(entry)
    const leftMs = timeoutMs - (performance.now() - began)
    return { route: forwardedRoute(entry.shared, via, place), leftMs, release: () => letGo(key, entry) }
  }

  function entryFor(key: string, address: ServerAddress, timeoutMs: number): Promise<Entry> {
    const known = entries.get(key)
    if (known?.shared.isHealthy()) return Promise.resolve(known)
    const pending = dialling.get(key)
    if (pending) return pending
    const dialled = fresh(key, address, timeoutMs).finally(() => dialling.delete(key))
    dialling.set(key, dialled)
    return dialled
  }

  /** A connection that nobody holds ends itself later; one that isn't the pool's any more ends now. */
  function rest(key: string, entry: Entry): void {
    if (entry.holders > 0) return
    if (entries.get(key) !== entry || isClosed) return entry.shared.end()
    if (entry.idle) clearTimeout(entry.idle)
    entry.idle = setTimeout(() => {
      forget(key, entry)
      entry.shared.end()
    }, idleMs)
    entry.idle.unref()
  }

  function take(entry: Entry): void {
    entry.holders += 1
    if (entry.idle) clearTimeout(entry.idle)
    entry.idle = null
  }

  function letGo(key: string, entry: Entry): void {
    entry.holders -= 1
    rest(key, entry)
  }

  function hold(key: string, entry: Entry): Connection {
    take(entry)
    entry.shared.warm()
    const mine = new Set<Channel>()
    let ended = false
    return {
      closed: entry.shared.closed,
      roundTripMs: () => entry.shared.roundTripMs(),
      exec: async (command) => {
        if (ended) throw new PanelError('unreachable', 'This connection was ended.')
        const channel = await entry.shared.exec(command)
        mine.add(channel)
        const done = (): void => void mine.delete(channel)
        channel.exit.then(done, done)
        if (ended) channel.close()
        return channel
      },
      end: () => {
        if (ended) return
        ended = true
        for (const channel of mine) channel.close()
        letGo(key, entry)
      },
    }
  }

  return {
    connect: async (address, { timeoutMs = connectTimeoutMs, signal } = {}) => {
      signal?.throwIfAborted()
      if (isClosed) throw new PanelError('unavailable', 'The connector is closed.')
      const key = poolKey(address)
      // Others may wait for the same dial: giving up leaves it running, and the pool keeps or ends what it brings.
      const dialled = entryFor(key, address, timeoutMs)
      if (!signal) return hold(key, await dialled)
      const aborted = deferred<never>()
      const abort = (): void => aborted.reject(signal.reason)
      signal.addEventListener('abort', abort, { once: true })
      try {
        return hold(key, await Promise.race([dialled, aborted.promise]))
      } catch (error) {
        void dialled.then(
          (entry) => rest(key, entry),
          () => {},
        )
        throw error
      } finally {
        signal.removeEventListener('abort', abort)
      }
    },
    hostKey: async (place, { timeoutMs = connectTimeoutMs } = {}) => {
      const { route, leftMs, release } = await routeTo(place, timeoutMs)
      const hostKey = await readHostKey(place, route, leftMs).finally(release)
      return { hostKey, fingerprint: fingerprint(hostKey) }
    },
    close: async () => {
      isClosed = true
      await Promise.allSettled(dialling.values())
      const all = [...entries.values()]
      for (const entry of all) entry.shared.end()
      await Promise.all(all.map((entry) => entry.shared.closed))
    },
  }
}

function poolKey(address: ServerAddress): string {
  const key = createHash('sha256').update(address.privateKey).digest('base64')
  const { id, host, port, user, hostKey, via } = address
  return JSON.stringify([id, host, port, user, key, hostKey, via ? poolKey(via) : null])
}
