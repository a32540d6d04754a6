// The output of one step on its way from the server to the store: redacted, hashed, and stored with the position to go
// on from. The position lies before whatever the redactor still holds back.
import { createSHA256 } from 'hash-wasm'
import type { IHasher } from 'hash-wasm'
import type { Redactor } from '@/lib/redact/redactor.ts'
import type { Claim } from '@/lib/store/claims.ts'
import type { Database } from '@/lib/store/database.ts'
import { appendLog, chunkLimit } from '@/lib/store/logs.ts'
import type { LogPosition, LogStep } from '@/lib/store/logs.ts'

/** How long text may wait for more before it is stored. */
const gatherMs = 25

type StepLogInput = {
  db: Database
  held: Claim
  step: LogStep
  /** Where an earlier reader stopped. */
  position: LogPosition
  /** A fresh one: it begins at `position`. */
  redactor: Redactor
  /** Told of a write that failed in the background; the next call fails with it too. */
  onError(error: unknown): void
}

export async function openStepLog(input: StepLogInput): Promise<StepLog> {
  const hash = await createSHA256()
  if (input.position.hashState) hash.load(input.position.hashState)
  else hash.init()
  return new StepLog(input, hash)
}

export class StepLog {
  #input: StepLogInput
  #hash: IHasher
  #position: LogPosition
  #start: number
  /** Raw bytes received but not hashed yet, because their text isn't certain. */
  #raw: Uint8Array[] = []
  #hashed: number
  #received: number
  #text: Uint8Array[] = []
  #textLength = 0
  #timer: NodeJS.Timeout | null = null
  #storedAt = 0
  #writing: Promise<void> = Promise.resolve()
  #failure: { error: unknown } | null = null
  #ended = false

  constructor(input: StepLogInput, hash: IHasher) {
    this.#input = input
    this.#hash = hash
    this.#position = input.position
    this.#start = this.#hashed = this.#received = input.position.rawOffset
  }

  /** Raw bytes that arrived, from the start of the step's file. */
  get received(): number {
    return this.#received
  }

  /** Takes bytes that stand at `offset` of the step's file; what was there already is skipped. Throws on a hole. */
  async add(offset: number, bytes: Uint8Array): Promise<void> {
    if (offset > this.#received)
      throw new Error(`output of step ${this.#input.step.step} skipped from ${this.#received} to ${offset}`)
    const fresh = bytes.subarray(this.#received - offset)
    if (fresh.length === 0 || this.#ended) return
    this.#raw.push(fresh)
    this.#received += fresh.length
    this.#take(this.#input.redactor.push(fresh))
    // The first line after a silence is shown at once; a flood is gathered.
    if (this.#textLength >= chunkLimit) await this.flush()
    else if (performance.now() - this.#storedAt > gatherMs) void this.flush().catch(() => {})
    else this.#timer ??= setTimeout(() => void this.flush().catch(() => {}), gatherMs)
  }

  /** Stores everything that is certain by now. */
  flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    this.#writing = this.#writing.then(() => this.#store())
    return this.#writing
  }

  /** No more bytes will come: stores the rest. */
  async end(): Promise<void> {
    if (!this.#ended) this.#take(this.#input.redactor.end())
    this.#ended = true
    await this.flush()
  }

  /** The step has ended with `size` bytes that count: stores the rest if all of them are here. */
  async endAt(size: number): Promise<void> {
    if (this.#received >= size) await this.end()
  }

  /** SHA-256 (hex) of all raw bytes; after `end`. */
  sha256(): string {
    const state = this.#hash.save()
    const digest = this.#hash.digest('hex')
    this.#hash.load(state)
    return digest
  }

  #take(text: Uint8Array): void {
    this.#text.push(text)
    this.#textLength += text.length
  }

  async #store(): Promise<void> {
    if (this.#failure) throw this.#failure.error
    const text = Buffer.concat(this.#text)
    const rawOffset = this.#start + this.#input.redactor.committed
    this.#text = []
    this.#textLength = 0
    if (rawOffset === this.#position.rawOffset) return
    this.#hashUntil(rawOffset)
    const next = { rawOffset, hashState: this.#hash.save() }
    this.#storedAt = performance.now()
    try {
      const { db, held, step } = this.#input
      this.#position = await appendLog(db, held, step, this.#position, text, next)
    } catch (error) {
      this.#failure = { error }
      this.#input.onError(error)
      throw error
    }
  }

  #hashUntil(rawOffset: number): void {
    while (this.#hashed < rawOffset) {
      const first = this.#raw.shift()!
      const wanted = first.subarray(0, rawOffset - this.#hashed)
      this.#hash.update(wanted)
      this.#hashed += wanted.length
      if (wanted.length < first.length) this.#raw.unshift(first.subarray(wanted.length))
    }
  }
}
