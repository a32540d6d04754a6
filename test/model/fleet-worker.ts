// A worker of the model that flies a run on several servers, and what it knows: its threads go on one step at a time, between any two
// of which anything may happen.
import type { NewEvent } from '@/lib/deploy/events.ts'
import { reduce } from '@/lib/deploy/reducer.ts'
import type { DeploymentState } from '@/lib/deploy/reducer.ts'
import type { FleetPlan } from './fleet-plan.ts'
import type { FleetStore, SegmentChange } from './fleet-store.ts'
import type { Message, Reply, Server } from './server.ts'

/** The line to a server broke, or there is none. */
export class Cut extends Error {}
/** What a thread does next: `ask` a server, follow what it says, or anything else, once `isReady`. */
export type Wait =
  | { do: 'step'; name: string; weight?: number; isReady?: () => boolean }
  | { do: 'ask'; server: number; message: Message }
  | { do: 'follow'; server: number; boots: number; name: string; isReady: () => boolean }
export type Answer = Reply | 'on' | 'cut'
export type Task<T = void> = Generator<Wait, T, Answer>
export type Thread = { task: Task; wait: Wait; isDone: boolean }

/** What a run does that a test may break. */
export type FleetRules = {
  /** The commit is recorded before the first batch begins. */
  commitsFirst: boolean
  /** Whoever takes over knows from the first moment what people wished before. */
  hearsAtOnce: boolean
  /** What was left behind is found again before its server is put back. */
  findsAgain: boolean
  /** What runs once gets another server when its own has failed before. */
  handsOver: boolean
  /** What whoever cancels has chosen is read before anything stays or is put back. */
  readsChoice: boolean
}
export const realFleetRules: FleetRules = {
  ...{ commitsFirst: true, hearsAtOnce: true, findsAgain: true, handsOver: true, readsChoice: true },
}

/** What all share. */
export type Place = {
  plan: FleetPlan
  rules: FleetRules
  store: FleetStore
  servers: Server[]
  down: boolean[]
  /** Segments that the others have waited for long enough. */
  overdue: Set<string>
  isCanaryOver: boolean
  /** Undos that were tried for as long as an undo may take. */
  tried: Set<string>
  /** Messages on their way whose answer nobody waits for. */
  wire: { server: number; message: Message }[]
  problems: string[]
}

export class FleetWorker {
  readonly name: string
  readonly place: Place
  attempt: number | null = null
  state!: DeploymentState
  threads: Thread[] = []
  cancel = false
  giveUp = false
  goOn = false
  givenUp = new Set<string>()
  stopped = new Set<string>()
  /** Segments of this worker that are under way. */
  flying = new Map<string, Thread>()

  constructor(name: string, place: Place) {
    this.name = name
    this.place = place
  }

  board(attempt: number): void {
    this.drop()
    this.attempt = attempt
    this.state = this.place.store.state
    if (this.place.rules.hearsAtOnce) this.#hear()
  }

  /** It stops, whatever it did. */
  drop(): void {
    Object.assign(this, { attempt: null, threads: [], cancel: false, giveUp: false, goOn: false })
    this.givenUp = new Set()
    this.stopped = new Set()
    this.flying = new Map()
  }

  spawn(task: Task): Thread {
    const first = task.next()
    const thread: Thread = { task, wait: { do: 'step', name: '' }, isDone: first.done === true }
    if (!first.done) thread.wait = first.value
    this.threads.push(thread)
    return thread
  }

  renew(): void {
    this.place.store.renew(this.attempt!)
    this.#hear()
  }

  #hear(): void {
    const { cancel, givenUp, continued, givenUpTargets } = this.place.store.state
    this.cancel = cancel !== null
    this.giveUp = givenUp !== null
    this.goOn = continued !== null
    this.givenUp = new Set(givenUpTargets.map(({ targetId }) => targetId))
  }

  reread(): void {
    this.state = this.place.store.state
  }

  *record(events: NewEvent[], change?: SegmentChange): Task {
    const what = events.map(({ type, data }) => ('segment' in data ? `${type} ${data.segment}` : type)).join(', ')
    yield { do: 'step', name: `${this.name}: writes ${what}` }
    this.state = reduce(this.place.store.write(this.attempt!, events, change), this.state)
  }

  *until(name: string, isReady: () => boolean, weight?: number): Task {
    if (!isReady()) yield { do: 'step', name: `${this.name}: ${name}`, isReady, ...(weight && { weight }) }
  }

  isCancelled(targetId: string): boolean {
    return this.cancel || this.stopped.has(targetId)
  }

  isGivenUp(targetId: string): boolean {
    return this.giveUp || this.givenUp.has(targetId)
  }

  stop(targetId: string): void {
    this.stopped.add(targetId)
  }

  serverOf(targetId: string): number {
    return this.place.plan.fleet.targets.findIndex((one) => one.targetId === targetId)
  }

  nameOf(targetId: string): string {
    return this.place.plan.fleet.targets[this.serverOf(targetId)]!.server
  }
}
