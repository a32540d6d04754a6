import type { ClientChannel } from 'ssh2'
import { PanelError } from '@/lib/errors.ts'
import type { Channel } from '@/lib/deploy/types.ts'
import { deferred } from './deferred.ts'

const stderrTail = 8 * 1024
/** How much unread output may wait before stderr is held back too: both share one window, and stderr would reopen it. */
const unreadLimit = 1024 * 1024

/** A channel and what its connection needs of it: `gone` resolves when it is really closed, `cut` when the line is lost. */
export type OpenChannel = { channel: Channel; gone: Promise<void>; cut(error: PanelError): void }

/** Wraps an ssh2 exec stream. */
export function wrapChannel(stream: ClientChannel): OpenChannel {
  // When output and input have ended, Node destroys a stream, and ssh2 then closes the channel: perhaps before the exit code
  // came, which OpenSSH still sends then, but no server has to.
  stream.destroy = () => stream

  let failure: PanelError | null = null
  let ended = false
  let closed = false
  let discarding = false
  let status: { code: number | null; signal: string | null } | null = null
  let tail = Buffer.alloc(0)
  let wake = (): void => {}
  const exit = deferred<{ code: number | null; signal: string | null }>()
  const gone = deferred<void>()
  exit.promise.catch(() => {}) // whoever only reads the output learns of a cut there

  stream.on('exit', (code: number | null, signal?: string) => {
    status = { code, signal: signal ?? null }
    if (stream.stderr.readableEnded) exit.resolve(status)
  })
  stream.stderr.on('data', (bytes: Buffer) => {
    tail = Buffer.concat([tail, bytes]).subarray(-stderrTail)
    if (stream.readableLength > unreadLimit && !discarding) stream.stderr.pause()
  })
  stream.stderr.on('end', () => {
    if (status && !failure) exit.resolve(status)
  })
  // Emitted when the server has closed the channel, whether or not anybody read the output to its end.
  stream.stderr.on('close', () => {
    closed = true
    if (failure) exit.reject(failure)
    else exit.resolve(status ?? { code: null, signal: null })
    gone.resolve()
    wake()
  })
  stream.on('readable', () => wake())
  stream.on('end', () => {
    ended = true
    wake()
  })

  async function next(): Promise<IteratorResult<Uint8Array>> {
    for (;;) {
      if (discarding) return { done: true, value: undefined }
      const bytes = stream.read() as Buffer | null
      if (stream.stderr.isPaused()) stream.stderr.resume()
      if (bytes) return { done: false, value: bytes }
      if (ended && failure) throw failure
      if (ended) return { done: true, value: undefined }
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }

  const channel: Channel = {
    // No `return`: leaving a loop early doesn't close the channel, so a header and the rest may be read in two loops.
    output: { [Symbol.asyncIterator]: () => ({ next }) },
    stderr: () => tail.toString('utf8'),
    exit: exit.promise,
    write: (bytes) =>
      new Promise((resolve, reject) => {
        const refuse = (): void =>
          reject(failure ?? new PanelError('unavailable', 'The command ended before it had read all of its input.'))
        if (closed || failure || stream.writableEnded) return refuse()
        // ssh2 forgets the callback of a write on a channel that closes meanwhile.
        stream.stderr.once('close', refuse)
        stream.write(bytes, (error) => {
          stream.stderr.off('close', refuse)
          if (error) refuse()
          else resolve()
        })
      }),
    end: () => {
      if (!stream.writableEnded) stream.end()
    },
    close: () => {
      if (discarding) return
      discarding = true
      stream.removeAllListeners('readable')
      stream.resume()
      stream.stderr.resume()
      stream.close()
      wake()
    },
  }
  return {
    channel,
    gone: gone.promise,
    cut: (error) => {
      if (closed) return
      failure = error
      stream.stderr.resume()
    },
  }
}
