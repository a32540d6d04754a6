// One exec on a server: a program and what follows it go in, frames come out.
import { bootstrapCommand, openStream } from '@/lib/deploy/bootstrap.ts'
import { FrameReader } from '@/lib/deploy/frames.ts'
import type { Frame } from '@/lib/deploy/frames.ts'
import type { Channel, Connection } from '@/lib/deploy/types.ts'
import { PanelError } from '@/lib/errors.ts'

/** Silence after which a server counts as lost; it sends a heartbeat every few seconds. */
const silenceMs = 60_000

/** The server's program answered `X <code> <detail>`: it did nothing. */
export class Refusal extends Error {
  readonly code: string
  readonly detail: string
  constructor(code: string, detail: string) {
    super(`the server refused: ${code} ${detail}`)
    this.name = 'Refusal'
    this.code = code
    this.detail = detail
  }
}

export type Exchange = { frames: AsyncGenerator<Frame, void>; close(): void }

/**
 * Runs `program`; `parts` follow it on stdin while frames are being read. The frames end with the answer (Z, E); a
 * refusal is thrown as Refusal, a line that is cut or silent as PanelError unreachable or timed_out.
 */
export async function startExchange(
  connection: Connection,
  program: string,
  parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array> = [],
): Promise<Exchange> {
  const channel = await connection.exec(bootstrapCommand)
  const sending = send(channel, program, parts)
  return { frames: receive(channel, sending), close: () => channel.close() }
}

/** Runs a program that gives one answer, and returns it. */
export async function answerOf(connection: Connection, program: string): Promise<Uint8Array> {
  const exchange = await startExchange(connection, program)
  try {
    for await (const frame of exchange.frames) if (frame.type === 'Z') return frame.bytes
    throw new PanelError('unreachable', 'The server gave no answer.')
  } finally {
    exchange.close()
  }
}

/** Resolves with our own failure to read a part, or with null; a server that reads no more has said why in a frame. */
async function send(
  channel: Channel,
  program: string,
  parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<Error | null> {
  const refused = Symbol('refused')
  const write = (bytes: Uint8Array) => channel.write(bytes).catch(() => Promise.reject(refused))
  try {
    await write(openStream(program))
    for await (const part of parts) await write(part)
    channel.end()
    return null
  } catch (error) {
    if (error === refused) return null
    channel.close()
    return error instanceof Error ? error : new Error(String(error))
  }
}

async function* receive(channel: Channel, sending: Promise<Error | null>): AsyncGenerator<Frame, void> {
  const reader = new FrameReader()
  const output = channel.output[Symbol.asyncIterator]()
  for (;;) {
    const piece = await withDeadline(output.next())
    if (piece.done) break
    for (const frame of reader.push(piece.value)) {
      if (frame.type === 'X') throw new Refusal(frame.code, frame.detail)
      yield frame
      if (frame.type === 'E' || frame.type === 'Z') return
    }
  }
  const ours = await sending
  if (ours) throw ours
  throw await earlyEnd(channel, reader.opened)
}

async function withDeadline<T>(promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new PanelError('timed_out', 'The server has been silent for a minute.')), silenceMs)
  })
  try {
    return await Promise.race([promise, silence])
  } finally {
    clearTimeout(timer)
  }
}

/** The output ended without an answer: a shell that can't run the program, or a follower that was ended. */
async function earlyEnd(channel: Channel, opened: boolean): Promise<PanelError> {
  const { code } = await channel.exit
  if (opened || code === null || code === 65) return new PanelError('unreachable', 'The line to the server broke.')
  const said = channel.stderr().trim().split('\n').slice(-3).join(' ')
  return new PanelError(
    'unavailable',
    `The server can't run what it was sent (exit code ${code})${said ? `: ${said}` : '.'}`,
  )
}
