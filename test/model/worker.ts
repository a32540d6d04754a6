// A worker of the model: what lib/worker/{loop,deployment,segment} do, one question to the store or to a server at a time.
// Between two of its steps anything may happen, as if it had been stopped and woken.
import type { NewEvent } from '@/lib/deploy/events.ts'
import type { Segment } from '@/lib/deploy/types.ts'
import type { Answer, Held, Operation } from './ledger.ts'
import { finish, liveBefore, loss, news, next } from './pilot.ts'
import { runOf } from './server.ts'
import type { Message, Reply, Rules } from './server.ts'
import type { Known } from './pilot.ts'
import type { View } from './view.ts'
import type { World } from './world.ts'

type Write = Omit<Extract<Operation, { do: 'write' }>, 'do' | 'held'>
/** `connect`: about to ask the server; `wait`: for the answer to message `letter`; `follow`: on a line. */
export type Stage =
  | { at: 'idle' }
  | { at: 'letGo' }
  | { at: 'outdated' }
  | { at: 'write'; write: Write; then: 'next' | 'connect' | 'follow' }
  | { at: 'connect' }
  | { at: 'wait'; letter: number }
  | { at: 'follow' }
/** A segment under way. */
type Flown = {
  segment: Segment
  next: 'send' | 'adopt' | 'attach' | 'callOff'
  wasSent: boolean
  hasBegun: boolean
  isLooking: boolean
  isLookingTold: boolean
  read: number
  isCancelTold: boolean
  isCalledOff: boolean
  /** How often the server had booted when the line was opened that is followed. */
  boots: number
}
export type Worker = Known & {
  name: string
  held: Held | null
  giveUp: boolean
  stage: Stage
  flown: Flown | null
}

export function freshWorker(name: string): Worker {
  return { name, held: null, cancel: false, giveUp: false, over: [], stage: { at: 'idle' }, flown: null }
}

/** It has stopped working on what it held, whatever the reason. */
export function drop(worker: Worker): void {
  Object.assign(worker, freshWorker(worker.name))
}

/** The question that the worker has for the store, if it has one. */
export function questionOf({ held, stage, name }: Worker): Operation | null {
  if (stage.at === 'idle') return { do: 'claim', worker: name }
  if (held === null) return null
  if (stage.at === 'letGo') return { do: 'letGo', held }
  if (stage.at === 'outdated') return { do: 'renew', held }
  return stage.at === 'write' ? { do: 'write', held, ...stage.write } : null
}

/** The answer arrived. */
export function hear(worker: Worker, answer: Answer, view: View, world: World): void {
  const { stage } = worker
  if (answer.is === 'lost' || stage.at === 'letGo') return drop(worker)
  if (answer.is === 'claimed') {
    const { deployment, attempt } = answer
    worker.held = { deployment, attempt, epoch: world.epoch }
    return goOn(worker, view)
  }
  if (stage.at === 'outdated') {
    world.problems.push('a server knows a later claim than the store')
    worker.stage = writing(finish('failed', { code: 'owner_conflict', message: '' }))
  } else if (stage.at === 'write') wrote(worker, stage, view)
}

function wrote(worker: Worker, { write, then }: Extract<Stage, { at: 'write' }>, view: View): void {
  const { flown } = worker
  if (write.events.some(({ type }) => type === 'finished')) return drop(worker)
  if (write.segment && 'change' in write.segment && write.segment.change !== 'sent')
    worker.over.push(write.segment.name)
  if (then === 'next' || !flown) return goOn(worker, view)
  if (write.segment && 'read' in write.segment) {
    flown.read = write.segment.read
    flown.hasBegun = true
  }
  if (then === 'connect' && flown.isLookingTold && worker.giveUp) {
    worker.stage = { at: 'write', write: loss(ours(worker, view), flown.segment, null), then: 'next' }
  } else worker.stage = { at: then }
}

function writing(step: ReturnType<typeof finish>): Stage {
  if (step.do !== 'write') throw new Error('nothing to write')
  return { at: 'write', write: step.write, then: 'next' }
}

const ours = ({ held }: Worker, view: View) => view[held!.deployment - 1]!

/** Whatever comes next by what the store holds. */
function goOn(worker: Worker, view: View): void {
  const deployment = ours(worker, view)
  const step = next(deployment, liveBefore(view, deployment.number), worker)
  worker.flown = null
  if (step.do === 'write') {
    worker.stage = { at: 'write', write: step.write, then: 'next' }
    return
  }
  const { segment, wasSent, read } = step
  const looking = { isLooking: wasSent, isLookingTold: wasSent }
  worker.flown = {
    segment,
    next: wasSent ? 'adopt' : 'send',
    wasSent,
    hasBegun: read > 0,
    ...looking,
    read,
    isCancelTold: false,
    isCalledOff: false,
    boots: 0,
  }
  worker.stage = { at: 'connect' }
}

const isUnwanted = ({ cancel, flown }: Worker): boolean => cancel && flown?.segment.name === 'main'

/** It has a line to the server: what it does with that. A message to send, or null when it writes first. */
export function ask(worker: Worker): Message | null {
  const flown = worker.flown!
  const { name, targetId, steps } = flown.segment
  if (flown.next === 'send' && isUnwanted(worker) && !flown.wasSent) return neverStarted(worker)
  if (flown.next === 'send' && !flown.wasSent) {
    const sent: NewEvent = { type: 'segment.sent', data: { segment: name, targetId, server: 'web-1' } }
    worker.stage = { at: 'write', write: { events: [sent], segment: { name, change: 'sent' } }, then: 'connect' }
    flown.wasSent = true
    return null
  }
  if (flown.next === 'send' && isUnwanted(worker)) flown.next = 'callOff'
  const { deployment, epoch } = worker.held!
  const what = { send: 'start', callOff: 'cancel', adopt: 'adopt', attach: 'attach' } as const
  return { do: what[flown.next], id: `${deployment}/${name}`, epoch, steps: flown.next === 'send' ? steps : [] }
}

function neverStarted(worker: Worker): null {
  const { name } = worker.flown!.segment
  const ended: NewEvent = { type: 'segment.ended', data: { segment: name, outcome: 'cancelled', at: 0 } }
  const segment = { name, change: 'ended', outcome: 'cancelled' } as const
  worker.stage = { at: 'write', write: { events: [ended], segment }, then: 'next' }
  return null
}

/** The server's answer arrived. */
export function answered(worker: Worker, reply: Reply, { server }: World, rules: Rules, view: View): void {
  const flown = worker.flown!
  if (reply === 'stale_epoch') worker.stage = { at: 'outdated' }
  else if (reply === 'called_off') neverStarted(worker)
  else if (flown.next === 'callOff' && rules.callsOff) {
    // What arrives from now on does not start. What has arrived is followed to its end.
    flown.next = 'attach'
    flown.isCalledOff = true
    worker.stage = { at: 'connect' }
  } else if (flown.next === 'callOff' || (reply === 'missing' && flown.isCalledOff)) neverStarted(worker)
  else if (reply === 'missing' && flown.hasBegun) {
    worker.stage = { at: 'write', write: loss(ours(worker, view), flown.segment, null), then: 'next' }
  } else if (reply === 'missing' || reply === 'adopted') {
    flown.next = reply === 'missing' ? 'send' : 'attach'
    worker.stage = { at: 'connect' }
  } else {
    flown.hasBegun = true
    flown.next = 'attach'
    const attached: NewEvent = { type: 'segment.attached', data: { segment: flown.segment.name } }
    flown.boots = server.boots
    worker.stage = flown.isLooking ? { at: 'write', write: { events: [attached] }, then: 'follow' } : { at: 'follow' }
    flown.isLooking = flown.isLookingTold = false
  }
}

/** The line broke, or there is none. */
export function cut(worker: Worker, view: View): void {
  const flown = worker.flown!
  const { name } = flown.segment
  if (flown.next === 'send' && flown.wasSent && worker.stage.at === 'wait') flown.next = 'attach'
  if (flown.next === 'callOff') flown.next = 'send'
  worker.stage = { at: 'connect' }
  // An undo is tried for as long as it takes; a segment that was never sent isn't.
  if (!flown.wasSent) {
    if (name === 'main') worker.stage = writing(finish('failed', { code: 'unreachable', message: '' }))
    return
  }
  flown.isLooking = true
  if (!flown.isLookingTold) {
    flown.isLookingTold = true
    const looking: NewEvent = { type: 'segment.looking', data: { segment: name, reason: '', lastSeenAt: '' } }
    worker.stage = { at: 'write', write: { events: [looking] }, then: 'connect' }
  } else if (worker.giveUp) {
    worker.stage = { at: 'write', write: loss(ours(worker, view), flown.segment, null), then: 'next' }
  }
}

/** Reads on: what the journal says, that the segment has been lost, or nothing (false). */
export function read(worker: Worker, { server }: World, view: View): boolean {
  const flown = worker.flown!
  const { name } = flown.segment
  const run = runOf(server, `${worker.held!.deployment}/${name}`)
  if (!run) return false
  const write = news(run, name, flown.read)
  const isRead = write?.segment !== undefined && 'read' in write.segment
  if (write) worker.stage = { at: 'write', write, then: isRead ? 'follow' : 'next' }
  else if (run.state === 'lost')
    worker.stage = { at: 'write', write: loss(ours(worker, view), flown.segment, server.current), then: 'next' }
  return write !== null || run.state === 'lost'
}
