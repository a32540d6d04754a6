import type { Client } from 'ssh2'
import { PanelError } from '@/lib/errors.ts'
import type { Channel } from '@/lib/deploy/types.ts'
import { wrapChannel } from './channel.ts'
import type { OpenChannel } from './channel.ts'
import { deferred } from './deferred.ts'
import type { Line } from './attempt.ts'
import { ForwardedWire } from './wire.ts'
import type { Wire } from './wire.ts'

/** OpenSSH allows ten sessions a connection (MaxSessions); two are left for closing ones that the server still counts. */
const maxChannels = 8
const keepaliveCount = 3
const farewellMs = 2_000

/** One live connection, shared by everyone who holds it. */
export type SharedConnection = {
  exec(command: string): Promise<Channel>
  /** The server connects to a port that it reaches. Rejects with PanelError, or ssh2's error whose `reason` says why not. */
  forward(host: string, port: number): Promise<Wire>
  /** Starts the command in advance, if there is one: for connections that run commands, not those that are passed through. */
  warm(): void
  roundTripMs(): Promise<number>
  readonly closed: Promise<void>
  /** False as soon as the line is lost or a keepalive is unanswered: such a connection isn't handed out again. */
  isHealthy(): boolean
  end(): void
}

/** What ssh2 1.17 keeps for its own keepalive: a global request and the queue of answers, in order. */
type PingingClient = Client & { _protocol: { ping(): void }; _callbacks: (() => void)[] }

type SharingOptions = {
  /** A silent line is asked for a sign of life this often. */
  keepaliveMs: number
  /** A command that waits for its input: one is kept running in advance, so that the next `exec` of it costs no round trip. */
  standby?: string
}

/** Shares a line; `where` names the server in errors. */
export function shareConnection({ client, wire }: Line, where: string, options: SharingOptions): SharedConnection {
  const { keepaliveMs, standby } = options
  const channels = new Set<OpenChannel>()
  const waiting: (() => void)[] = []
  let busy = 0
  let limit = maxChannels
  let alive = true
  let unanswered = 0
  const closed = deferred<void>()
  const lost = (): PanelError => new PanelError('unreachable', `The connection to ${where} was lost.`)

  const ping = (): Promise<void> =>
    new Promise((resolve, reject) => {
      if (!alive) return reject(lost())
      const pinging = client as PingingClient
      pinging._callbacks.push(() => (alive ? resolve() : reject(lost())))
      pinging._protocol.ping()
    })

  // Any byte proves the line, so that a slow line full of our own data isn't taken for a dead one.
  let seen = wire.bytesRead
  const answered = (): void => {
    unanswered = 0
  }
  const keepalive = setInterval(() => {
    unanswered = wire.bytesRead === seen ? unanswered + 1 : 0
    seen = wire.bytesRead
    if (unanswered > keepaliveCount) wire.destroy()
    else ping().then(answered, () => {})
  }, keepaliveMs)
  keepalive.unref()

  // Before ssh2's own 'close' handling ends the streams: they must end as cut, not as complete.
  wire.prependListener('close', () => {
    alive = false
    clearInterval(keepalive)
    for (const open of channels) open.cut(lost())
    for (const next of waiting.splice(0)) next()
  })
  client.once('close', () => closed.resolve())

  async function takeSlot(): Promise<void> {
    while (alive && busy >= limit) await new Promise<void>((resolve) => waiting.push(resolve))
    if (!alive) throw lost()
    busy += 1
  }
  function freeSlot(): void {
    busy -= 1
    waiting.shift()?.()
  }

  // Wrapped inside the callback: the exit code of a short command may stand in the same packet as the go-ahead, and would
  // be told to nobody if the listeners came a moment later.
  const open = (command: string): Promise<OpenChannel> =>
    new Promise((resolve, reject) => {
      try {
        client.exec(command, (error, stream) => (error ? reject(error) : resolve(wrapChannel(stream))))
      } catch {
        reject(lost())
      }
    })

  async function opened(command: string): Promise<OpenChannel> {
    const channel = await open(command)
    channels.add(channel)
    void channel.gone.then(() => {
      channels.delete(channel)
      freeSlot()
    })
    return channel
  }

  // The one in advance gives way as soon as somebody needs its slot.
  let spare: OpenChannel | null = null
  let isPreparing = false
  function prepare(): void {
    if (standby === undefined || spare || isPreparing || !alive || busy >= limit - 1) return
    isPreparing = true
    busy += 1
    opened(standby)
      .then(
        (channel) => {
          spare = channel
          void channel.gone.then(() => {
            if (spare === channel) spare = null
          })
          if (waiting.length > 0) dismiss()
        },
        () => freeSlot(),
      )
      .finally(() => {
        isPreparing = false
      })
  }
  function dismiss(): void {
    spare?.channel.close()
    spare = null
  }
  function takeSpare(command: string): OpenChannel | null {
    const taken = command === standby ? spare : null
    if (taken) spare = null
    return taken
  }

  return {
    closed: closed.promise,
    warm: prepare,
    forward: (host, port) =>
      new Promise((resolve, reject) => {
        try {
          client.forwardOut('127.0.0.1', 0, host, port, (error, channel) =>
            error ? reject(alive ? error : lost()) : resolve(new ForwardedWire(channel)),
          )
        } catch {
          reject(lost())
        }
      }),
    isHealthy: () => alive && unanswered === 0,
    end: () => {
      client.end()
      // A server that hangs never answers the goodbye.
      setTimeout(() => wire.destroy(), farewellMs).unref()
    },
    roundTripMs: async () => {
      const start = performance.now()
      await ping()
      return performance.now() - start
    },
    exec: async (command) => {
      const ready = takeSpare(command)
      if (ready) {
        prepare()
        return ready.channel
      }
      for (;;) {
        if (busy >= limit) dismiss()
        await takeSlot()
        try {
          const { channel } = await opened(command)
          prepare()
          return channel
        } catch (error) {
          freeSlot()
          if (!alive) throw lost()
          // A refused session never saw the command, so asking again once another has closed repeats nothing.
          if (!(error instanceof Error && 'reason' in error) || busy === 0) {
            throw new PanelError('unreachable', `${where} refused to run a command.`, {}, { cause: error })
          }
          limit = Math.min(limit, busy)
        }
      }
    },
  }
}
