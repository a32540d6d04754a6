// Flies one segment: sends it, or attaches to it, and follows it to its end, looking for the server as often as it takes.
import { setTimeout as delay } from 'node:timers/promises'
import { PanelError } from '@/lib/errors.ts'
import { adoptProgram, attachProgram, cancelProgram, stateProgram } from '@/lib/deploy/programs.ts'
import { parseState } from '@/lib/deploy/state.ts'
import type { Connection, Plan, Segment } from '@/lib/deploy/types.ts'
import { catchUp, renew } from '@/lib/store/claims.ts'
import { databaseNow } from '@/lib/store/database.ts'
import { readLastHeard, readSegments, recordEnd, recordSent } from '@/lib/store/segments.ts'
import { markLive } from '@/lib/store/targets.ts'
import { Refusal, answerOf, startExchange } from './exchange.ts'
import type { Exchange } from './exchange.ts'
import type { Flight } from './flight.ts'
import { Follower } from './follow.ts'
import type { Lane } from './lane.ts'

const firstPauseMs = 200
const longestPauseMs = 5_000

const forgotten =
  'has seen later deployments of this environment than this panel knows of: was its database restored from a backup, or ' +
  'is a copy of this panel at work? The next deployment goes on from there.'

/** What is sent to start the segment; `parts` are read each time that it is sent. */
export type Start = { program: string; parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array> }

export type SegmentFlight = {
  lane: Lane
  plan: Plan
  segment: Segment
  secrets: string[]
  /** Whether a person's wish to cancel ends it; an undo is flown to its end. */
  isCancellable: boolean
  start(): Promise<Start>
}

/**
 * Returns when the segment's end is written. @throws Refusal when the server wants it otherwise (need_full, disk_full …)
 * and nothing was started; PanelError when the server can't be reached before anything was sent; LostClaim.
 */
export async function flySegment(flight: Flight, flown: SegmentFlight): Promise<void> {
  const { segment } = flown
  const stored = (await readSegments(flight.worker.db.pool, flight.held.deploymentId)).get(segment.name)
  if (stored && stored.state !== 'sent') return
  const follower = await Follower.open(flight, flown.plan, segment, flown.secrets, stored?.journalOffset)
  const run = new Run(flight, flown, follower, stored ? 'adopt' : 'send')
  let pauseMs = firstPauseMs
  for (;;) {
    flight.gone.throwIfAborted()
    const seen = run.seenAt
    try {
      if (await run.attempt()) return
      pauseMs = firstPauseMs
    } catch (error) {
      flight.gone.throwIfAborted()
      if ((await run.recover(error)) || (await run.isGivenUp())) return
      if (run.seenAt > seen) pauseMs = firstPauseMs
      await delay(pauseMs, undefined, { signal: AbortSignal.any([flight.gone, flown.lane.giveUp]) }).catch(() => {})
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
    }
  }
}

class Run {
  /** When the server was heard last, by our clock (epoch ms). */
  seenAt = Date.now()
  #flight: Flight
  #flown: SegmentFlight
  #follower: Follower
  /** `adopt`: another worker sent it, the server must learn of our epoch first. */
  #next: 'send' | 'adopt' | 'attach'
  #isLooking: boolean
  /** That it is being looked for stands in the events. */
  #isTold: boolean
  #wasSent: boolean
  /** This worker has heard of it. */
  #wasFound: boolean
  /** It has arrived, or it won't: others may send. */
  #endTurn: () => void = () => {}
  /** Whatever of it arrives now doesn't start. */
  #isCalledOff = false

  constructor(flight: Flight, flown: SegmentFlight, follower: Follower, next: 'send' | 'adopt') {
    this.#flight = flight
    this.#flown = flown
    this.#follower = follower
    this.#next = next
    this.#wasSent = next === 'adopt'
    this.#isLooking = next === 'adopt'
    const known = flight.state.segments.find(({ name }) => name === flown.segment.name)
    this.#isTold = known !== undefined && known.looking !== null
    this.#wasFound = next === 'send'
  }

  /** One connection's worth of following. True: the segment has ended; false: try again at once. */
  async attempt(): Promise<boolean> {
    const { worker, gone } = this.#flight
    const isCalledOff = this.#next === 'send' && this.#isUnwanted()
    if (isCalledOff && !this.#wasSent) throw this.#flown.lane.cancel.reason
    if (this.#isLooking) await this.#flown.lane.relocate()
    // Before anything was sent, a wish to cancel needs no server: nobody waits for one that doesn't answer.
    const signal = this.#wasSent || !this.#flown.isCancellable ? gone : this.#flown.lane.signal
    const connection = await worker.connector.connect(this.#flown.lane.address(), { signal })
    try {
      if (isCalledOff) await this.#callOff(connection)
      if (this.#next === 'adopt') await this.#adopt(connection)
      const isSending = this.#next === 'send'
      // What is undone waits for nobody.
      if (isSending && this.#flown.isCancellable)
        this.#endTurn = await worker.turns.take(this.#flown.lane.target.serverId, signal)
      const exchange = await this.#open(connection)
      const close = (): void => exchange.close()
      gone.addEventListener('abort', close)
      try {
        return await this.#follow(connection, exchange, isSending)
      } finally {
        gone.removeEventListener('abort', close)
        exchange.close()
      }
    } finally {
      this.#endTurn()
      connection.end()
    }
  }

  /** The server learns of our epoch. Where no room is left to write it down nothing else can start either: it is followed as it is. */
  async #adopt(connection: Connection): Promise<void> {
    const program = adoptProgram(this.#flown.lane.context(), this.#flown.segment.name)
    await answerOf(connection, program).catch((error: unknown) => {
      if (!(error instanceof Refusal && error.code === 'disk_full')) throw error
    })
    this.#next = 'attach'
  }

  async #open(connection: Connection): Promise<Exchange> {
    const { segment } = this.#flown
    if (this.#next !== 'send') {
      const offsets = await this.#follower.rewind()
      return startExchange(connection, attachProgram(this.#flown.lane.context(), segment.name, offsets))
    }
    const start = await this.#flown.start()
    const { server } = this.#flown.lane
    if (!this.#wasSent)
      await this.#flight.record(
        [{ type: 'segment.sent', data: { segment: segment.name, targetId: segment.targetId, server } }],
        (write) => recordSent(write, segment.name, segment.targetId),
      )
    this.#wasSent = true
    // Whatever happens from here on, the segment may have started: look before sending it again.
    const exchange = await startExchange(connection, start.program, start.parts)
    this.#next = 'attach'
    return exchange
  }

  async #follow(connection: Connection, exchange: Exchange, isSending: boolean): Promise<boolean> {
    const { cancel } = this.#flown.lane
    let hasStarted = false
    const wish = (): void => {
      if (!this.#isUnwanted()) return
      // A stream that is cut short leaves nothing on the server; once started, the server is told to end it.
      if (hasStarted) this.#cancel(connection)
      else if (isSending) exchange.close()
    }
    cancel.addEventListener('abort', wish)
    try {
      wish()
      for await (const frame of exchange.frames) {
        this.seenAt = Date.now()
        if (frame.type === 'S') {
          hasStarted = true
          this.#endTurn()
          this.#follower.started(frame)
          if (this.#isLooking)
            await this.#flight.record([{ type: 'segment.attached', data: { segment: this.#flown.segment.name } }])
          this.#isLooking = false
          this.#isTold = false
          this.#wasFound = true
          wish()
        } else if (frame.type === 'J') await this.#follower.journal(frame)
        else if (frame.type === 'O') await this.#follower.output(frame)
        else if (frame.type === 'E') return await this.#end(connection, frame.how)
      }
      throw new PanelError('unreachable', 'The line to the server broke.')
    } finally {
      cancel.removeEventListener('abort', wish)
    }
  }

  /** A lost line is noticed by following; then the wish is told again. */
  #cancel(connection: Connection): void {
    const { worker } = this.#flight
    answerOf(connection, cancelProgram(this.#flown.lane.context(), this.#flown.segment.name)).catch(
      (error: unknown) => {
        worker.log.info({ err: error, deployment: this.#flight.held.deploymentId }, 'the wish to cancel did not arrive')
      },
    )
  }

  async #end(connection: Connection, how: 'done' | 'lost'): Promise<boolean> {
    if (how === 'done') return this.#follower.finish()
    const answer = await answerOf(connection, stateProgram(this.#flown.lane.context()))
    const { current, kind } = parseState(answer)
    const isTakenAway = kind === 'absent' && this.#flown.segment.steps.some(({ action }) => action.do === 'unlink')
    await this.#follower.lose(isTakenAway ? '' : current?.includes('/') ? null : current)
    return true
  }

  /** After an attempt that failed: true when this is the segment's end, false to try again. Rethrows what trying can't mend. */
  async recover(error: unknown): Promise<boolean> {
    if (error instanceof Refusal) return this.#refused(error)
    const mayPass =
      error instanceof PanelError &&
      (lineCodes.has(error.code) || (error.code === 'unavailable' && this.#follower.hasBegun))
    if (!mayPass || !this.#wasSent) throw error
    this.#isLooking = true
    if (this.#isTold) return false
    this.#isTold = true
    const { name } = this.#flown.segment
    const { worker, held } = this.#flight
    // Whoever flew it before us heard of it last.
    const heardAt = this.#wasFound ? null : await readLastHeard(worker.db.pool, held.deploymentId, name)
    // Clocks of workers may be apart: this moment is told by the one that all of them share.
    const now = (await databaseNow(worker.db)).getTime()
    const lastSeenAt = (heardAt ?? new Date(now - (Date.now() - this.seenAt))).toISOString()
    await this.#flight.record([{ type: 'segment.looking', data: { segment: name, reason: error.message, lastSeenAt } }])
    return false
  }

  /** A person no longer waits for the server: what was running there is lost to us. */
  async isGivenUp(): Promise<boolean> {
    if (!this.#isLooking || !this.#flown.lane.giveUp.aborted) return false
    await this.#flight.reread()
    const { state } = this.#flight
    const own = state.givenUpTargets.find(({ targetId }) => targetId === this.#flown.lane.target.id)
    await this.#follower.lose(
      null,
      `${(own ?? state.givenUp)?.by ?? 'Somebody'} gave it up while it could not be reached.`,
    )
    return true
  }

  async #refused(refusal: Refusal): Promise<boolean> {
    if (refusal.code === 'stale_epoch' || refusal.code === 'taken') return this.#outdated()
    if (refusal.code === 'busy') return false
    const isMissing = refusal.code === 'missing' && !this.#follower.hasBegun
    if (refusal.code === 'called_off' || (isMissing && this.#isCalledOff)) return this.#neverStarted()
    if (refusal.code !== 'missing' || !this.#wasSent) throw refusal
    if (this.#follower.hasBegun) {
      // It ran, and its records are gone with the server's folder: never run it again.
      await this.#follower.lose(null)
      return true
    }
    this.#next = 'send'
    return false
  }

  /**
   * The server has seen a later claim than ours, or another deployment of this number. When the claim is still ours, it is
   * the database that is older than the server: what it has missed is noted, so that the next deployment can be made.
   */
  async #outdated(): Promise<never> {
    const { worker, held } = this.#flight
    const { target } = this.#flown.lane
    await renew(worker.db, held)
    const connection = await worker.connector.connect(this.#flown.lane.address(), { signal: this.#flight.gone })
    try {
      const state = parseState(await answerOf(connection, stateProgram(this.#flown.lane.context())))
      const numbers = state.segments.map(({ deployment }) => deployment)
      await this.#flight.record([], async (write) => {
        await catchUp(write, { epoch: state.epoch, number: Math.max(held.number, ...numbers) })
        await markLive(write, target.id, state.current?.includes('/') ? null : state.current)
      })
    } finally {
      connection.end()
    }
    throw new PanelError('conflict', `${target.server.name} ${forgotten}`)
  }

  #isUnwanted(): boolean {
    return this.#flown.isCancellable && this.#flown.lane.cancel.aborted
  }

  /**
   * What was sent wasn't running, but may still arrive, from us or from whoever held the claim before: from here on it doesn't
   * start. What has started until now is followed to its end.
   */
  async #callOff(connection: Connection): Promise<void> {
    await answerOf(connection, cancelProgram(this.#flown.lane.context(), this.#flown.segment.name)).catch(
      (error: unknown) => {
        // Where nothing can be written, nothing starts.
        if (!(error instanceof Refusal && error.code === 'not_writable')) throw error
      },
    )
    this.#isCalledOff = true
    this.#next = 'attach'
  }

  async #neverStarted(): Promise<true> {
    const { name } = this.#flown.segment
    await this.#flight.record(
      [{ type: 'segment.ended', data: { segment: name, outcome: 'cancelled', at: Date.now() } }],
      (write) => recordEnd(write, name, 'ended', 'cancelled'),
    )
    return true
  }
}

/** Errors of connecting that may pass; once something was sent, the server is looked for as long as it takes. */
const lineCodes = new Set(['unreachable', 'timed_out', 'forbidden', 'host_key_changed'])
