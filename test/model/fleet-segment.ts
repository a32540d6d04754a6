// How a worker of the model flies one segment of several: lib/worker/{segment,follow,undo}.ts step by step.
import type { NewEvent } from '@/lib/deploy/events.ts'
import type { Failure, Segment } from '@/lib/deploy/types.ts'
import { eventsOf, unsaidUndo } from '@/lib/worker/journal-events.ts'
import { Cut } from './fleet-worker.ts'
import type { FleetWorker, Task } from './fleet-worker.ts'
import { LostClaim } from './fleet-store.ts'
import { runOf } from './server.ts'
import type { Message, Reply } from './server.ts'

const clock = { wallMs: 0, uptimeCs: 0 }
class Refused extends Error {
  readonly code: Reply
  constructor(code: Reply) {
    super(code)
    this.code = code
  }
}

/** @throws Cut when nothing was sent and the server can't be reached; LostClaim. */
export function* flySegment(worker: FleetWorker, segment: Segment, isCancellable: boolean): Task {
  const stored = worker.place.store.segments.get(segment.name)
  if (stored && stored.state !== 'sent') return
  const run = new Run(worker, segment, isCancellable)
  for (;;)
    try {
      if (yield* run.attempt()) return
    } catch (error) {
      if (error instanceof LostClaim) throw error
      if ((yield* run.recover(error)) || (yield* run.isGivenUp())) return
      yield { do: 'step', name: `${worker.name}: looks for ${segment.name} again`, weight: 1 }
    }
}

class Run {
  readonly worker: FleetWorker
  readonly segment: Segment
  readonly isCancellable: boolean
  next: 'send' | 'adopt' | 'attach'
  read: number
  wasSent: boolean
  hasBegun: boolean
  isLooking: boolean
  isTold: boolean
  isCalledOff = false

  constructor(worker: FleetWorker, segment: Segment, isCancellable: boolean) {
    this.worker = worker
    this.segment = segment
    this.isCancellable = isCancellable
    const stored = worker.place.store.segments.get(segment.name)
    this.next = stored ? 'adopt' : 'send'
    this.wasSent = this.isLooking = stored !== undefined
    this.read = stored?.read ?? 0
    this.hasBegun = this.read > 0
    this.isTold = worker.state.segments.some(({ name, looking }) => name === segment.name && looking !== null)
  }

  #isUnwanted = (): boolean => this.isCancellable && this.worker.isCancelled(this.segment.targetId)

  #message(what: Message['do']): Message {
    const steps = what === 'start' ? this.segment.steps : []
    return { do: what, id: `1/${this.segment.name}`, epoch: this.worker.attempt!, steps }
  }

  *#ask(what: Message['do']): Task<Reply> {
    const answer = yield {
      do: 'ask',
      server: this.worker.serverOf(this.segment.targetId),
      message: this.#message(what),
    }
    if (answer === 'cut' || answer === 'on') throw new Cut('no answer')
    if (answer === 'stale_epoch' || answer === 'missing' || answer === 'called_off') throw new Refused(answer)
    return answer
  }

  *attempt(): Task<boolean> {
    const { worker, segment } = this
    const isCalledOff = this.next === 'send' && this.#isUnwanted()
    if (isCalledOff && !this.wasSent) return yield* this.#neverStarted()
    const server = worker.serverOf(segment.targetId)
    yield { do: 'step', name: `${worker.name}: connects for ${segment.name}` }
    if (worker.place.down[server]) throw new Cut('nobody is there')
    // Before anything was sent, a wish to cancel needs no server.
    if (!this.wasSent && this.#isUnwanted()) throw new Cut('no longer wanted')
    if (isCalledOff) {
      yield* this.#ask('cancel')
      this.isCalledOff = true
      this.next = 'attach'
    }
    if (this.next === 'adopt') {
      yield* this.#ask('adopt')
      this.next = 'attach'
    }
    if (this.next === 'attach') yield* this.#ask('attach')
    else yield* this.#send()
    return yield* this.#follow(server)
  }

  *#send(): Task {
    const { worker, segment } = this
    const { name, targetId } = segment
    if (!this.wasSent)
      yield* worker.record(
        [{ type: 'segment.sent', data: { segment: name, targetId, server: worker.nameOf(targetId) } }],
        { name, state: 'sent' },
      )
    this.wasSent = true
    try {
      yield* this.#ask('start')
    } finally {
      this.next = 'attach'
    }
  }

  *#follow(server: number): Task<boolean> {
    const { worker, segment } = this
    const { boots } = worker.place.servers[server]!
    const { name } = segment
    this.hasBegun = true
    if (this.isLooking) yield* worker.record([{ type: 'segment.attached', data: { segment: name } }])
    this.isLooking = this.isTold = false
    worker.place.overdue.delete(name)
    let isWishTold = false
    for (;;) {
      const run = () => runOf(worker.place.servers[server]!, `1/${name}`)!
      const hasNews = () => run().journal.length > this.read || run().state !== 'running'
      const isWish = () => !isWishTold && this.#isUnwanted()
      const isReady = () => hasNews() || isWish()
      const heard = yield { do: 'follow', server, boots, isReady, name: `${worker.name}: reads of ${name}` }
      if (heard === 'cut') throw new Cut('the line broke')
      if (isWish()) {
        isWishTold = true
        worker.place.wire.push({ server, message: this.#message('cancel') })
      } else if (yield* this.#hear(run())) return true
    }
  }

  /** What the journal says; true when the segment has ended. */
  *#hear({ journal, state }: NonNullable<ReturnType<typeof runOf>>): Task<boolean> {
    const { worker, segment } = this
    const { name } = segment
    const entries = journal.slice(this.read).filter(({ type }) => type !== 'close')
    if (entries.length > 0) {
      const events = entries.flatMap((entry) => eventsOf(entry, segment, worker.place.plan, clock))
      const read = this.read + entries.length
      yield* worker.record(events, { name, read })
      this.read = read
      return false
    }
    const close = journal.findLast(({ type }) => type === 'close')
    if (close?.type === 'close') {
      const { outcome } = close
      yield* worker.record([{ type: 'segment.ended', data: { segment: name, outcome, at: 0 } }], {
        name,
        state: 'ended',
      })
      return true
    }
    if (state !== 'lost') return false
    yield* this.#lose(worker.place.servers[worker.serverOf(segment.targetId)]!.current)
    return true
  }

  *#lose(current: string | null): Task {
    const { worker, segment } = this
    const { name, targetId } = segment
    const steps = worker.state.segments.find((one) => one.name === name)?.steps ?? []
    const lost = steps.flatMap(({ n, outcome }): NewEvent[] => {
      if (outcome !== 'running') return []
      return [{ type: 'step.ended', data: { segment: name, step: n, outcome: 'lost', exit: null, size: 0, at: 0 } }]
    })
    const { release } = worker.place.plan
    const isUnsaid =
      name.startsWith('switch-') &&
      current === release &&
      !worker.state.switched.some((one) => one.targetId === targetId)
    const unsaid: NewEvent[] = isUnsaid
      ? [{ type: 'switched', data: { segment: name, targetId, release, at: 0 } }]
      : unsaidUndo(worker.state, segment, current, 0)
    const ended: NewEvent = { type: 'segment.ended', data: { segment: name, outcome: 'lost', at: 0 } }
    yield* worker.record([...lost, ...unsaid, ended], { name, state: 'lost' })
  }

  *recover(error: unknown): Task<boolean> {
    const { worker, segment } = this
    if (error instanceof Refused) return yield* this.#refused(error.code)
    if (!(error instanceof Cut) || !this.wasSent) throw error
    this.isLooking = true
    if (this.isTold) return false
    this.isTold = true
    yield* worker.record([{ type: 'segment.looking', data: { segment: segment.name, reason: '', lastSeenAt: '' } }])
    return false
  }

  *isGivenUp(): Task<boolean> {
    if (!this.isLooking || !this.worker.isGivenUp(this.segment.targetId)) return false
    this.worker.reread()
    yield* this.#lose(null)
    return true
  }

  *#refused(code: Reply): Task<boolean> {
    const { worker } = this
    if (code === 'stale_epoch') {
      worker.place.store.renew(worker.attempt!)
      throw new Error('a server knows a later claim than the store')
    }
    if (code === 'called_off' || (code === 'missing' && !this.hasBegun && this.isCalledOff))
      return yield* this.#neverStarted()
    if (code !== 'missing') throw new Error(`refused: ${code}`)
    if (this.hasBegun) {
      yield* this.#lose(null)
      return true
    }
    this.next = 'send'
    return false
  }

  *#neverStarted(): Task<true> {
    const { name } = this.segment
    yield* this.worker.record([{ type: 'segment.ended', data: { segment: name, outcome: 'cancelled', at: 0 } }], {
      name,
      state: 'ended',
    })
    return true
  }
}

/** Why the undo wasn't flown, or null. */
export function* flyUndo(worker: FleetWorker, segment: Segment): Task<Failure | null> {
  const { name, targetId } = segment
  const server = worker.nameOf(targetId)
  for (;;)
    try {
      yield* flySegment(worker, segment, false)
      return null
    } catch (error) {
      if (!(error instanceof Cut)) throw error
      if (worker.place.tried.has(name)) return { code: 'unreachable', server, message: '' }
      if (!worker.state.segments.some((one) => one.name === name && one.looking))
        yield* worker.record([
          { type: 'segment.looking', data: { segment: name, targetId, server, reason: '', lastSeenAt: '' } },
        ])
      yield { do: 'step', name: `${worker.name}: tries ${name} again`, weight: 1 }
      if (!worker.isGivenUp(targetId)) continue
      worker.reread()
      return { code: 'connection_lost', server, message: '' }
    }
}
