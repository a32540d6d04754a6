import { createHash } from 'node:crypto'
import type { Connection, Segment, Step } from '@/lib/deploy/types.ts'
import { bootstrapCommand, openStream } from '@/lib/deploy/bootstrap.ts'
import { FrameReader } from '@/lib/deploy/frames.ts'
import type { Frame } from '@/lib/deploy/frames.ts'
import { emptyJournal, parseJournal } from '@/lib/deploy/journal.ts'
import type { JournalEntry } from '@/lib/deploy/journal.ts'
import { secretPart, startProgram } from '@/lib/deploy/programs.ts'
import type { TargetContext } from '@/lib/deploy/programs.ts'

/** What came back of one program: the refusal, the journal, each step's output, how following ended. */
export type Flight = {
  refused: string | null
  entries: JournalEntry[]
  output: (step: number) => string
  /** SHA-256 of a step's output. */
  hash: (step: number) => string
  end: 'done' | 'lost' | null
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** A step with sensible limits around an action. */
export function step(n: number, action: Step['action'], more: Partial<Step> = {}): Step {
  const replay = action.do === 'hook' ? ('once' as const) : ('idempotent' as const)
  const base = { n, name: action.do, stage: 'ship' as const, phase: 'main' as const, replay, failure: 'stops' as const }
  return { ...base, timeoutMs: 60_000, action, ...more }
}

type Cargo = {
  exports?: Record<string, string>
  env?: string | null
  files?: Uint8Array[]
  payloads?: { name: string; bytes: Uint8Array }[]
}

/** Starts a segment and follows it to its end; `seen` is called with every frame as it comes. */
export async function fly(
  connection: Connection,
  ctx: TargetContext,
  segment: Segment,
  { exports = {}, env = null, files = [], payloads = [] }: Cargo = {},
  seen: (frame: Frame) => void | Promise<void> = () => {},
): Promise<Flight> {
  return follow(connection, Buffer.concat(startParts(ctx, segment, { exports, env, files, payloads })), seen)
}

/** What is sent to start a segment: header and program, secret part, payloads. */
export function startParts(
  ctx: TargetContext,
  segment: Segment,
  { exports = {}, env = null, files = [], payloads = [] }: Cargo,
): Uint8Array[] {
  const secretBytes = secretPart(exports, env, files)
  const listed = payloads.map(({ name, bytes }) => ({ name, length: bytes.length, sha256: sha256(bytes) }))
  const program = startProgram(ctx, segment, { secretBytes, payloads: listed })
  return [openStream(program), secretBytes, ...payloads.map(({ bytes }) => bytes)]
}

/** What is sent for a program with nothing behind it. */
export const stream = openStream

/** The answer of a one-shot program, or its refusal. */
export async function answer(connection: Connection, program: string): Promise<{ refused?: string; text?: string }> {
  const parts: Uint8Array[] = []
  const flight = await follow(connection, openStream(program), (frame) => {
    if (frame.type === 'Z') parts.push(frame.bytes)
  })
  return flight.refused === null ? { text: Buffer.concat(parts).toString() } : { refused: flight.refused }
}

/** Sends one stream and reads frames until the command ends. */
export async function follow(
  connection: Connection,
  stream: Uint8Array,
  seen: (frame: Frame) => void | Promise<void> = () => {},
): Promise<Flight> {
  const channel = await connection.exec(bootstrapCommand)
  const sent = channel.write(stream).then(() => channel.end())
  sent.catch(() => {}) // a refusal comes before everything was read, and says why
  const reader = new FrameReader()
  const flight: Flight = {
    refused: null,
    entries: [],
    output: (n) => Buffer.concat(outputs.get(n) ?? []).toString(),
    hash: (n) => sha256(Buffer.concat(outputs.get(n) ?? [])),
    end: null,
  }
  const outputs = new Map<number, Uint8Array[]>()
  let journal = emptyJournal
  for await (const bytes of channel.output) {
    for (const frame of reader.push(bytes)) {
      if (frame.type === 'X') flight.refused = `${frame.code} ${frame.detail}`.trim()
      else if (frame.type === 'E') flight.end = frame.how
      else if (frame.type === 'O') outputs.set(frame.step, [...(outputs.get(frame.step) ?? []), frame.bytes])
      else if (frame.type === 'J') {
        const read = parseJournal(journal, frame.bytes)
        journal = read.state
        flight.entries.push(...read.entries)
      }
      await seen(frame)
    }
  }
  await channel.exit
  return flight
}

/** The value of a fact, or undefined. */
export function factOf(flight: Flight, key: string): string | undefined {
  for (const entry of flight.entries) if (entry.type === 'fact' && entry.key === key) return entry.value
  return undefined
}

/** `step outcome` of every step that ended, and the close. */
export function outcomes(flight: Flight): string[] {
  return flight.entries.flatMap((entry) => {
    if (entry.type === 'end') return [`${entry.step} ${entry.outcome}`]
    return entry.type === 'close' ? [`close ${entry.outcome}`] : []
  })
}
