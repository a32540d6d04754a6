// A run on three servers at one moment, and what may happen next: people, two workers, servers, the wires and what goes wrong.
import { flyFleet } from './fleet-flight.ts'
import type { FleetPlan } from './fleet-plan.ts'
import { live } from './fleet-plan.ts'
import { FleetStore, LostClaim } from './fleet-store.ts'
import { FleetWorker } from './fleet-worker.ts'
import type { Answer, FleetRules, Place, Thread } from './fleet-worker.ts'
import { advance, freshServer, isAtHook, isRunning, realRules, reboot, receive } from './server.ts'
import type { Move } from './world.ts'

/** How often each may still happen. */
export type Left = { cancel: number; giveUp: number; fault: number; failure: number }
export type FleetWorld = Place & { workers: FleetWorker[]; left: Left }
type Add = (name: string, weight: number, make: () => void) => void
/** What whoever cancels says of servers that have switched. */
const choices = [{}, { keep: true }, { keep: false }]

export function freshFleet(plan: FleetPlan, rules: FleetRules, left: Left): FleetWorld {
  const store = new FleetStore()
  const servers = plan.fleet.targets.map(() => ({ ...freshServer(), current: live, isKnown: true }))
  const shared = { overdue: new Set<string>(), tried: new Set<string>(), wire: [], problems: [], isCanaryOver: false }
  const place: Place = { plan, rules, store, servers, down: servers.map(() => false), ...shared }
  return Object.assign(place, { left: { ...left }, workers: ['a', 'b'].map((name) => new FleetWorker(name, place)) })
}

/** What may happen now. */
export function fleetMoves(world: FleetWorld): Move[] {
  const list: Move[] = []
  const add: Add = (name, weight, make) => void list.push({ name, weight, isFault: false, make })
  const fault: Add = (name, weight, make) => {
    if (world.left.fault > 0) list.push({ name, weight, isFault: true, make: () => ((world.left.fault -= 1), make()) })
  }
  if (!world.store.isOver) people(world, list, add, fault)
  for (const worker of world.workers) workerMoves(world, worker, add, fault)
  for (const sent of world.wire) {
    const name = `${sent.message.do} ${sent.message.id} with epoch ${sent.message.epoch}`
    const leave = (): void => void (world.wire = world.wire.filter((one) => one !== sent))
    if (!world.down[sent.server])
      add(`${name} arrives`, 0.5, () => (receive(world.servers[sent.server]!, sent.message, realRules), leave()))
    add(`${name} is lost`, 0.3, leave)
  }
  for (const at of world.servers.keys()) serverMoves(world, at, add, fault)
  return list
}

function people(world: FleetWorld, list: Move[], add: Add, fault: Add): void {
  const { store, left, overdue, tried } = world
  const { state } = store
  const wish = (kind: 'cancel' | 'giveUp', name: string, weight: number, make: () => void): void => {
    if (left[kind] > 0) list.push({ name, weight, isFault: true, make: () => ((left[kind] -= 1), make()) })
  }
  const looking = state.segments.filter((one) => one.looking)
  if (!state.cancel)
    for (const choice of choices)
      wish('cancel', `web: cancel ${JSON.stringify(choice)}`, 0.2, () =>
        store.append([{ type: 'cancel.requested', data: { by: '', ...choice } }]),
      )
  if (state.cancel && !state.givenUp && looking.length > 0)
    wish('giveUp', 'web: give up', 2, () => store.append([{ type: 'given.up', data: { by: '' } }]))
  for (const targetId of new Set(looking.map((one) => one.targetId)))
    if (!state.givenUpTargets.some((one) => one.targetId === targetId))
      wish('giveUp', `web: give up ${targetId}`, 2, () =>
        store.append([{ type: 'given.up', data: { by: '', targetId } }]),
      )
  for (const { name } of looking) {
    if (!overdue.has(name)) add(`${name} has been looked for long enough`, 0.3, () => void overdue.add(name))
    if (name.startsWith('undo-') && !store.segments.has(name) && !tried.has(name))
      fault(`${name} has been tried long enough`, 1, () => void tried.add(name))
  }
  if (state.waiting && !state.cancel && !state.continued)
    add('web: go on', 0.5, () => void store.append([{ type: 'continued', data: { by: '' } }]))
  if (state.waiting?.until) add('the time of the first server is over', 0.5, () => void (world.isCanaryOver = true))
  const isHeld = world.workers.some(({ attempt }) => attempt === store.attempt)
  if (store.isLeased) (isHeld ? fault : add)('the lease runs out', isHeld ? 2 : 3, () => void (store.isLeased = false))
}

function workerMoves(world: FleetWorld, worker: FleetWorker, add: Add, fault: Add): void {
  const { store } = world
  const { name, attempt } = worker
  if (attempt === null) {
    if (!store.isLeased && !store.isOver)
      add(`${name}: claims`, 4, () => {
        worker.board(store.claim()!)
        worker.spawn(flyFleet(worker))
      })
    return
  }
  fault(`${name}: crashes`, 1, () => worker.drop())
  const { cancel, givenUp, continued, givenUpTargets } = store.state
  const isNews =
    (cancel !== null) !== worker.cancel ||
    (givenUp !== null) !== worker.giveUp ||
    (continued !== null) !== worker.goOn ||
    givenUpTargets.length !== worker.givenUp.size
  if (isNews || attempt !== store.attempt || store.isOver || !store.isLeased)
    add(`${name}: renews`, 2, () => guarded(worker, () => worker.renew()))
  for (const thread of worker.threads) threadMoves(world, worker, thread, add, fault)
}

/** What a thread does may end its worker. */
function guarded(worker: FleetWorker, work: () => void): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof LostClaim)) worker.place.problems.push(String(error))
    worker.drop()
  }
}

function threadMoves(world: FleetWorld, worker: FleetWorker, thread: Thread, add: Add, fault: Add): void {
  const { wait } = thread
  const go = (answer: Answer) => guarded(worker, () => resume(worker, thread, answer))
  if (wait.do === 'step') {
    if (wait.isReady?.() ?? true) add(wait.name, wait.weight ?? 4, () => go('on'))
    return
  }
  const isDown = world.down[wait.server]!
  const server = world.servers[wait.server]!
  if (wait.do === 'follow') {
    if (isDown || wait.boots !== server.boots) return add(`${wait.name} no more`, 2, () => go('cut'))
    if (wait.isReady()) add(wait.name, 3, () => go('on'))
    return fault(`${wait.name} no more`, 0.5, () => go('cut'))
  }
  const { message } = wait
  const name = `${worker.name}: ${message.do} ${message.id} with epoch ${message.epoch}`
  if (isDown) return add(`${name} finds nobody`, 2, () => go('cut'))
  add(name, 4, () => go(receive(server, message, realRules)))
  fault(`${name}, the answer is lost`, 1, () => (receive(server, message, realRules), go('cut')))
  fault(`${name} is late`, 1.5, () => (world.wire.push({ server: wait.server, message }), go('cut')))
  fault(`${name} is lost`, 0.5, () => go('cut'))
}

function resume(worker: FleetWorker, thread: Thread, answer: Answer): void {
  const result = thread.task.next(answer)
  if (!result.done) return void (thread.wait = result.value)
  thread.isDone = true
  worker.threads = worker.threads.filter((one) => one !== thread)
}

function serverMoves(world: FleetWorld, at: number, add: Add, fault: Add): void {
  const { left, down } = world
  const server = world.servers[at]!
  const name = `web-${at + 1}`
  for (const run of server.runs.filter(isRunning)) {
    add(`${name}: ${run.id} goes on`, 1.5, () => advance(server, run))
    if (run.isIn && isAtHook(run) && left.failure > 0 && !server.cancels.includes(run.id))
      fault(`${name}: hook of ${run.id} fails`, 1, () => ((left.failure -= 1), advance(server, run, true)))
  }
  if (server.runs.some(isRunning)) {
    fault(`${name}: power cut`, 0.3, () => reboot(server, false))
    fault(`${name}: power cut, and the end of the journal is gone`, 0.3, () => reboot(server, true))
  }
  if (down[at]) add(`${name} is reached again`, 0.5, () => void (down[at] = false))
  else fault(`${name} falls off the network`, 0.7, () => void (down[at] = true))
}
