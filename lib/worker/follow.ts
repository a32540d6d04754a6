// Follows one segment: journal entries become events and projections, output becomes log. Where it stands is stored with
// what it wrote, so that anybody can go on from there.
import type { NewEvent } from '@/lib/deploy/events.ts'
import { emptyJournal, parseJournal } from '@/lib/deploy/journal.ts'
import type { JournalEntry, JournalState } from '@/lib/deploy/journal.ts'
import type { Offsets } from '@/lib/deploy/programs/attach.ts'
import type { Frame } from '@/lib/deploy/frames.ts'
import type { Plan, Segment } from '@/lib/deploy/types.ts'
import { prepareRedaction } from '@/lib/redact/redactor.ts'
import type { ClaimedWrite } from '@/lib/store/claims.ts'
import {
  markFiles,
  markLeft,
  markLive,
  markLiveThere,
  markRelease,
  markTree,
  markUnknown,
  markVariables,
} from '@/lib/store/targets.ts'
import { logStart, readPositions, readSums, recordSum, recordVerified } from '@/lib/store/logs.ts'
import type { LogPosition } from '@/lib/store/logs.ts'
import { recordEnd, recordJournal } from '@/lib/store/segments.ts'
import type { Flight } from './flight.ts'
import { eventsOf, unsaidUndo } from './journal-events.ts'
import { openStepLog } from './step-log.ts'
import type { StepLog } from './step-log.ts'

/** Facts whose value is the name of a release, a hash or a time. */
const releaseFacts = new Set(['current', 'previous', 'switched', 'configured', 'env', 'pruned'])

type Close = Extract<JournalEntry, { type: 'close' }>

/** Bytes of the last complete line, its newline included. */
function lastLine(rest: Uint8Array, bytes: Uint8Array): number {
  const data = Buffer.concat([rest, bytes])
  const end = data.lastIndexOf(10)
  return end < 1 ? end + 1 : end - data.lastIndexOf(10, end - 1)
}

export class Follower {
  /** Any part of the journal has been seen: the segment did start. */
  hasBegun: boolean
  #flight: Flight
  #plan: Plan
  #segment: Segment
  #redaction: ReturnType<typeof prepareRedaction>
  #journal: JournalState
  /** Everything of the journal before it is in the store. */
  #stored: number
  #positions: Map<number, LogPosition>
  #logs = new Map<number, StepLog>()
  #clock = { wallMs: 0, uptimeCs: 0 }
  #close: Close | null = null

  private constructor(
    flight: Flight,
    plan: Plan,
    segment: Segment,
    secrets: string[],
    offset: number,
    positions: Map<number, LogPosition>,
  ) {
    this.#flight = flight
    this.#plan = plan
    this.#segment = segment
    this.#redaction = prepareRedaction(secrets)
    this.#journal = { ...emptyJournal, offset }
    this.#stored = offset
    this.#positions = positions
    this.hasBegun = offset > 0
  }

  /** Begins where the store says that the last follower stopped: at `offset` of the journal, or undefined: it was never sent. */
  static async open(
    flight: Flight,
    plan: Plan,
    segment: Segment,
    secrets: string[],
    offset: number | undefined,
  ): Promise<Follower> {
    if (offset === undefined) return new Follower(flight, plan, segment, secrets, 0, new Map())
    const positions = await readPositions(flight.worker.db.pool, flight.held.deploymentId, segment.name)
    return new Follower(flight, plan, segment, secrets, offset, positions)
  }

  /** Where to attach: everything before is stored. Forgets what was received beyond. */
  async rewind(): Promise<Offsets> {
    for (const log of this.#logs.values()) await log.flush()
    this.#logs.clear()
    this.#positions = await readPositions(
      this.#flight.worker.db.pool,
      this.#flight.held.deploymentId,
      this.#segment.name,
    )
    this.#journal = { ...emptyJournal, offset: this.#stored }
    const steps = Object.fromEntries([...this.#positions].map(([step, position]) => [step, position.rawOffset]))
    return { journal: this.#stored, steps }
  }

  started(frame: Extract<Frame, { type: 'S' }>): void {
    this.#clock = { wallMs: frame.wallMs, uptimeCs: frame.uptimeCs }
    this.hasBegun = true
  }

  async output(frame: Extract<Frame, { type: 'O' }>): Promise<void> {
    // Steps come one after the other: whoever reads the log in the order it was written finds none inside another.
    for (const [step, log] of this.#logs) if (step < frame.step) await log.end()
    const log = await this.#log(frame.step)
    await log.add(frame.offset, frame.bytes)
  }

  async journal(frame: Extract<Frame, { type: 'J' }>): Promise<void> {
    const at = this.#journal.offset + this.#journal.rest.length
    if (frame.offset > at) throw new Error(`the journal skipped from ${at} to ${frame.offset}`)
    const bytes = frame.bytes.subarray(at - frame.offset)
    const { state, entries } = parseJournal(this.#journal, bytes)
    this.#close = entries.find((entry) => entry.type === 'close') ?? this.#close
    // `close` stays to be read again by whoever goes on, until the segment has been brought to its end.
    const last = this.#close ? lastLine(this.#journal.rest, bytes) : 0
    this.#journal = state
    // The server sends a step's output before it says that the step has ended: the log is whole before the next one's begins.
    for (const entry of entries)
      if (entry.type === 'end' && entry.size > 0) await (await this.#log(entry.step)).endAt(entry.size)
    await this.#record(
      entries.filter((entry) => entry.type !== 'close'),
      state.offset - last,
    )
  }

  async #record(entries: JournalEntry[], offset: number): Promise<void> {
    if (offset <= this.#stored) return
    const { name } = this.#segment
    const events = entries.flatMap((entry) =>
      eventsOf(this.#withoutSecrets(entry), this.#segment, this.#plan, this.#clock),
    )
    await this.#flight.record(events, async (write) => {
      for (const entry of entries) await this.#project(entry, write)
      await recordJournal(write, name, offset)
    })
    this.#stored = offset
  }

  /** What a server says of a failure may be what a hook said. Names of releases have to stay as they are. */
  #withoutSecrets(entry: JournalEntry): JournalEntry {
    if (entry.type !== 'fact' || releaseFacts.has(entry.key)) return entry
    const redactor = this.#redaction.open()
    const value = [redactor.push(new TextEncoder().encode(entry.value)), redactor.end()]
    return { ...entry, value: Buffer.concat(value).toString() }
  }

  /** Where the environment leaves a server, what is live there says nothing of the environment. */
  #markLive(write: ClaimedWrite, name: string | null): Promise<void> {
    const { targetId, steps } = this.#segment
    const mark = steps.some(({ action }) => action.do === 'leave') ? markLiveThere : markLive
    return mark(write, targetId, name)
  }

  #leaves(step: number): boolean {
    return this.#segment.steps.some(({ n, action }) => n === step && action.do === 'leave')
  }

  async #project(entry: JournalEntry, write: ClaimedWrite): Promise<void> {
    const { name, targetId } = this.#segment
    if (entry.type === 'sum') await recordSum(write, { segment: name, step: entry.step }, entry.size, entry.sha256)
    if (entry.type === 'begin' && this.#leaves(entry.step)) await markLeft(write, targetId)
    if (entry.type === 'fact' && entry.key === 'current')
      await this.#markLive(write, entry.value === '' ? null : entry.value)
    if (entry.type === 'fact' && entry.key === 'pruned') await markRelease(write, targetId, entry.value, 'removed')
    if (entry.type === 'fact' && entry.key === 'env') await this.#configured(entry, write)
    if (entry.type !== 'end') return
    const action = this.#segment.steps.find((step) => step.n === entry.step)?.action
    if (entry.outcome === 'ok' && action?.do === 'complete')
      await markRelease(write, targetId, action.release, 'complete')
    if (entry.outcome === 'ok' && (action?.do === 'place' || action?.do === 'unplace') && action.holds)
      await markFiles(write, action.release, action.holds)
    if (entry.outcome !== 'skipped' && action?.do === 'tree')
      await markTree(write, targetId, entry.outcome === 'ok' ? action.revision : null)
  }

  /** The server said that the release's `.env` is now what a step of ours was to make it. */
  async #configured({ step, value }: Extract<JournalEntry, { type: 'fact' }>, write: ClaimedWrite): Promise<void> {
    const action = this.#segment.steps.find(({ n }) => n === step)?.action
    if (action?.do !== 'configure' && action?.do !== 'restore') return
    await markVariables(write, action.release, action.number, value === '-' ? null : value)
  }

  /** The server has sent everything: completes logs, compares hashes, writes the end. False: there is no end yet. */
  async finish(): Promise<boolean> {
    if (!this.#close) return false
    const { name } = this.#segment
    const { outcome, uptimeCs } = this.#close
    const verified = await this.#verify()
    const at = this.#clock.wallMs + (uptimeCs - this.#clock.uptimeCs) * 10
    await this.#flight.record(
      [...verified, { type: 'segment.ended', data: { segment: name, outcome, at } }],
      async (write) => {
        for (const { data } of verified) await recordVerified(write, data)
        await recordEnd(write, name, 'ended', outcome)
      },
    )
    return true
  }

  async #verify(): Promise<Extract<NewEvent, { type: 'log.verified' }>[]> {
    const { name } = this.#segment
    const sums = await readSums(this.#flight.worker.db.pool, this.#flight.held.deploymentId, name)
    const verified: Extract<NewEvent, { type: 'log.verified' }>[] = []
    for (const sum of sums) {
      const log = await this.#log(sum.step)
      await log.end()
      // More than counts arrived (a background child wrote on): what was hashed is not what the server's sum is of.
      if (log.received > sum.size) continue
      const ok = log.received === sum.size && log.sha256() === sum.sha256
      verified.push({ type: 'log.verified', data: { segment: name, step: sum.step, bytes: sum.size, ok } })
    }
    for (const log of this.#logs.values()) await log.end()
    return verified
  }

  /**
   * The runner is gone without a word: what was running is lost, and nothing will follow. `current`: what is live there, '' = nothing;
   * null = nobody said, and `unknown` why.
   */
  async lose(current: string | null, unknown: string | null = null): Promise<void> {
    for (const log of this.#logs.values()) await log.end()
    const { name, targetId } = this.#segment
    const state = this.#flight.state.segments.find((one) => one.name === name)
    const at = Date.now()
    const running = (state?.steps ?? []).filter((step) => step.outcome === 'running')
    const lost = running.map((step): NewEvent => ({
      type: 'step.ended',
      data: {
        segment: name,
        step: step.n,
        outcome: 'lost',
        exit: null,
        size: this.#logs.get(step.n)?.received ?? 0,
        at,
      },
    }))
    // The switch is one rename: `current` tells whether it happened, even when the journal doesn't, whose last lines a
    // power cut may take along.
    const isSwitching = this.#segment.steps.some(
      ({ action }) => action.do === 'switch' && action.expectCurrent !== action.release,
    )
    // Of `.env` nothing tells: what had begun to replace it may have, and the undo finds out.
    const isConfiguring = this.#segment.steps.some(
      ({ n, action }) => action.do === 'configure' && state?.steps.some((step) => step.n === n),
    )
    const may = (isSwitching && current === this.#plan.release) || isConfiguring
    const effect = may ? this.#unsaid(at) : unsaidUndo(this.#flight.state, this.#segment, current, at)
    await this.#flight.record(
      [...lost, ...effect, { type: 'segment.ended', data: { segment: name, outcome: 'lost', at } }],
      async (write) => {
        if (current !== null) await this.#markLive(write, current || null)
        if (unknown !== null) await markUnknown(write, targetId, unknown)
        await recordEnd(write, name, 'lost', 'lost')
      },
    )
  }

  /** It took effect, and the journal that would have said so is gone. */
  #unsaid(at: number): NewEvent[] {
    const { name: segment, targetId } = this.#segment
    const { release, fleet } = this.#plan
    const { state } = this.#flight
    if (!fleet)
      return segment === 'main' && !state.committed ? [{ type: 'committed', data: { segment, release, at } }] : []
    if (!segment.startsWith('switch-') || state.switched.some((one) => one.targetId === targetId)) return []
    return [{ type: 'switched', data: { segment, targetId, release, at } }]
  }

  async #log(step: number): Promise<StepLog> {
    const known = this.#logs.get(step)
    if (known) return known
    const log = await openStepLog({
      db: this.#flight.worker.db,
      held: this.#flight.held,
      step: { segment: this.#segment.name, step },
      position: this.#positions.get(step) ?? logStart,
      redactor: this.#redaction.open(),
      onError: (error) => this.#flight.abandon(error),
    })
    this.#logs.set(step, log)
    return log
  }
}
