// Everything at one moment, and what may happen next: two webs, three workers, a server, the wires and what goes wrong.
import type { Held, Ledger, Operation } from './ledger.ts'
import { advance, freshServer, isAtHook, isRunning, receive, reboot, runOf } from './server.ts'
import type { Message, Rules, Server } from './server.ts'
import { answered, ask, cut, drop, freshWorker, hear, questionOf, read } from './worker.ts'
import type { Worker } from './worker.ts'
import { look } from './invariants.ts'

export type World = {
  state: number
  workers: Worker[]
  server: Server
  isDown: boolean
  /** On their way; `to`: who still waits for the answer. */
  wire: { letter: number; message: Message; isAwaited: boolean }[]
  letters: number
  /** Of the last claim. */
  epoch: number
  /** How often each may still happen. */
  left: { request: number; cancel: number; giveUp: number; fault: number; failure: number }
  problems: string[]
}
export type Place = { ledger: Ledger; rules: Rules; world: World }
/** `weight`: how likely beside the others. Faults and wishes don't belong to what has to go on by itself. */
export type Move = { name: string; weight: number; isFault: boolean; make(): Promise<void> | void }

export function freshWorld(left: World['left']): World {
  const workers = ['a', 'b', 'c'].map(freshWorker)
  return {
    state: 0,
    workers,
    server: freshServer(),
    isDown: false,
    wire: [],
    letters: 0,
    epoch: 0,
    left: { ...left },
    problems: [],
  }
}

async function perform({ ledger, world }: Place, operation: Operation) {
  const before = ledger.view(world.state)
  const { answer, to } = await ledger.perform(world.state, operation)
  world.state = to
  // Every claim has a higher one, also a claim whose answer is lost.
  if (answer.is === 'claimed') world.epoch += 1
  look(world, before, ledger.view(to), operation, answer)
  return answer
}

/** What may happen now. */
export function moves(place: Place): Move[] {
  const { world, ledger } = place
  const list: Move[] = []
  const add = (name: string, weight: number, make: Move['make']): void =>
    void list.push({ name, weight, isFault: false, make })
  const fault = (name: string, weight: number, make: Move['make']): void => {
    if (world.left.fault <= 0) return
    list.push({ name, weight, isFault: true, make: () => ((world.left.fault -= 1), make()) })
  }
  const wish = (kind: 'request' | 'cancel' | 'giveUp', operation: Operation, name: string): void => {
    if (world.left[kind] <= 0) return
    const make = async (): Promise<void> => {
      world.left[kind] -= 1
      await perform(place, operation)
    }
    list.push({ name, weight: kind === 'giveUp' ? 6 : 1, isFault: true, make })
  }

  wish('request', { do: 'request' }, 'web: request')
  for (const { number, status, state, isLeased } of ledger.view(world.state)) {
    if (status !== 'queued' && status !== 'running') continue
    if (!state.cancel) wish('cancel', { do: 'cancel', deployment: number }, `web: cancel ${number}`)
    if (state.segments.some(({ looking }) => looking))
      wish('giveUp', { do: 'giveUp', deployment: number }, `web: give up ${number}`)
    const expire = async (): Promise<void> => void (await perform(place, { do: 'expire', deployment: number }))
    if (isLeased && world.workers.some((worker) => worker.held?.deployment === number))
      fault(`lease of ${number} runs out`, 2, expire)
    else if (isLeased) add(`lease of ${number} runs out`, 3, expire)
  }
  for (const worker of world.workers) workerMoves(place, worker, list, add, fault)
  for (const letter of world.wire) wireMoves(place, letter, add, fault)
  serverMoves(world, add, fault)
  return list
}

type Add = (name: string, weight: number, make: Move['make']) => void

function workerMoves(place: Place, worker: Worker, list: Move[], add: Add, fault: Add): void {
  const { world, ledger } = place
  const { name, held, stage, flown } = worker
  const view = () => ledger.view(world.state)
  const question = questionOf(worker)
  if (question?.do === 'claim' && !isClaimable(place)) {
    const probe = async (): Promise<void> => hear(worker, await perform(place, question), view(), world)
    list.push({ name: `${name}: looks for work`, weight: 0.2, isFault: true, make: probe })
  } else if (question) {
    add(`${name}: ${question.do}`, 4, async () => hear(worker, await perform(place, question), view(), world))
    fault(`${name}: ${question.do}, the answer is lost`, 1, async () => {
      await perform(place, question)
      away(worker)
    })
    fault(`${name}: ${question.do} does not arrive`, 1, () => away(worker))
  }
  if (!held) return
  fault(`${name}: crashes`, 1, () => drop(worker))
  if (isRenewable(worker, held, place))
    add(`${name}: renews`, 2, async () => {
      const answer = await perform(place, { do: 'renew', held })
      if (answer.is === 'lost') drop(worker)
      if (answer.is === 'renewed') Object.assign(worker, { cancel: answer.cancelRequested, giveUp: answer.givenUp })
    })
  if (!flown) return
  const broken = (): void => cut(worker, view())
  if (stage.at === 'connect') {
    if (world.isDown) add(`${name}: finds nobody`, 1, broken)
    else add(`${name}: asks`, 4, () => send(world, worker))
  }
  if (stage.at === 'wait') {
    const isLost = !world.wire.some(({ letter, isAwaited }) => isAwaited && letter === stage.letter)
    if (isLost || world.isDown) add(`${name}: waits in vain`, 2, broken)
  }
  if (stage.at !== 'follow') return
  if (world.isDown || flown.boots !== world.server.boots) return add(`${name}: hears nothing`, 2, broken)
  fault(`${name}: line is cut`, 1, broken)
  const run = runOf(world.server, `${held.deployment}/${flown.segment.name}`)
  if (!run || run.journal.length > flown.read || run.state !== 'running')
    add(`${name}: reads`, 3, () => void (read(worker, world, view()) || broken()))
  if (worker.cancel && flown.segment.name === 'main' && !flown.isCancelTold)
    add(`${name}: tells the wish to cancel`, 3, () => {
      flown.isCancelTold = true
      const message: Message = { do: 'cancel', id: `${held.deployment}/main`, epoch: held.epoch, steps: [] }
      world.wire.push({ letter: (world.letters += 1), message, isAwaited: false })
    })
}

/** The store did not answer: the worker lets go of what it held, and looks again. */
function away(worker: Worker): void {
  const { held, stage } = worker
  drop(worker)
  if (held && stage.at !== 'letGo') Object.assign(worker, { held, stage: { at: 'letGo' } })
}

function isClaimable({ ledger, world }: Place): boolean {
  const first = ledger.view(world.state).find(({ status }) => status === 'queued' || status === 'running')
  return first !== undefined && !first.isLeased
}

/** Whether asking would change anything. */
function isRenewable(worker: Worker, held: Held, { ledger, world }: Place): boolean {
  const { attempt, isLeased, status, state } = ledger.view(world.state)[held.deployment - 1]!
  const isNews = (state.cancel !== null) !== worker.cancel || (state.givenUp !== null) !== worker.giveUp
  return attempt !== held.attempt || status !== 'running' || !isLeased || isNews
}

function send(world: World, worker: Worker): void {
  const message = ask(worker)
  if (!message) return
  const letter = (world.letters += 1)
  world.wire.push({ letter, message, isAwaited: true })
  worker.stage = { at: 'wait', letter }
}

function wireMoves({ world, rules, ledger }: Place, sent: World['wire'][number], add: Add, fault: Add): void {
  const { message, letter } = sent
  const name = `${message.do} ${message.id} with epoch ${message.epoch}`
  const waiting = (): Worker | undefined =>
    world.workers.find(({ stage }) => stage.at === 'wait' && stage.letter === letter)
  const leave = (): void => void (world.wire = world.wire.filter((one) => one !== sent))
  if (!world.isDown) {
    add(`${name} arrives`, waiting() ? 4 : 0.5, () => {
      const reply = receive(world.server, message, rules)
      leave()
      const worker = waiting()
      if (worker) answered(worker, reply, world, rules, ledger.view(world.state))
    })
    if (waiting())
      fault(`${name} arrives, the answer is lost`, 1, () => {
        receive(world.server, message, rules)
        leave()
      })
  }
  if (waiting()) {
    fault(`${name} is late`, 2, () => {
      const worker = waiting()
      sent.isAwaited = false
      if (worker) cut(worker, ledger.view(world.state))
    })
    fault(`${name} is lost`, 1, leave)
  } else add(`${name} is lost`, 0.3, leave)
}

function serverMoves(world: World, add: Add, fault: Add): void {
  const { server, left } = world
  for (const run of server.runs.filter(isRunning)) {
    add(`server: ${run.id} goes on`, 1.5, () => advance(server, run))
    if (run.isIn && isAtHook(run) && left.failure > 0 && !server.cancels.includes(run.id))
      fault(`server: hook of ${run.id} fails`, 3, () => {
        left.failure -= 1
        advance(server, run, true)
      })
  }
  if (server.runs.some(isRunning)) {
    fault('server: power cut', 1, () => reboot(server, false))
    fault('server: power cut, and the end of the journal is gone', 1, () => reboot(server, true))
  }
  if (world.isDown) add('server: is reached again', 0.5, () => void (world.isDown = false))
  else fault('server: falls off the network', 2, () => void (world.isDown = true))
}
