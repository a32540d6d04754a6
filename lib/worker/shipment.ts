// What goes to servers along with a program; made once, sent as often and to as many as it takes.
import { secretPart, startProgram } from '@/lib/deploy/programs.ts'
import type { Action, Plan, Segment, TreeChange } from '@/lib/deploy/types.ts'
import { readTargets } from '@/lib/store/jobs.ts'
import { copyPayload } from './copy.ts'
import type { CopyPayload } from './copy.ts'
import { Refusal } from './exchange.ts'
import type { Flight } from './flight.ts'
import type { Lane } from './lane.ts'
import { disposeAll } from './planning.ts'
import type { Cargo } from './prepare.ts'
import type { Start } from './segment.ts'
import { changeFor } from './source.ts'

export class Shipment {
  cargo: Cargo
  #flight: Flight
  /** By the tree that they change. */
  #changes = new Map<string | null, Promise<TreeChange | null>>()
  /** By the target that they come from. */
  #copies = new Map<string, Promise<CopyPayload>>()

  constructor(flight: Flight, cargo: Cargo) {
    this.#flight = flight
    this.cargo = cargo
    this.#keep(cargo.changes ?? [])
  }

  /** @throws Refusal need_full: this worker doesn't know the tree that the plan builds on. */
  async start(lane: Lane, segment: Segment): Promise<Start> {
    const { env, files, exports, undoExports } = this.cargo
    const does = (...what: Action['do'][]) => segment.steps.some(({ action }) => what.includes(action.do))
    const isUndo = segment.name.startsWith('undo')
    const change = does('tree') ? await this.#changeOf(segment) : null
    if (change && !fits(segment, change)) throw new Refusal('need_full', 'unknown base')
    const copy = await this.#copyOf(segment)
    const payloads = [...(change?.payloads ?? []), ...(copy ? [copy] : [])]
    const secretBytes = secretPart(
      { ...((isUndo && undoExports) || exports), ...segment.exports },
      env,
      does('files', 'place') ? files : [],
    )
    const listed = payloads.map(({ name, length, sha256 }) => ({ name, length, sha256 }))
    async function* parts(): AsyncGenerator<Uint8Array> {
      yield secretBytes
      for (const payload of payloads) yield* payload.open()
    }
    return { program: startProgram(lane.context(), segment, { secretBytes, payloads: listed }), parts: parts() }
  }

  async replace(cargo: Cargo): Promise<void> {
    await this.dispose()
    this.cargo = cargo
    this.#keep(cargo.changes ?? [])
  }

  /** Another form of the same plan. */
  replacePlan(plan: Plan): void {
    this.cargo = { ...this.cargo, plan }
  }

  async dispose(): Promise<void> {
    const made = await Promise.all([...this.#changes.values()].map((change) => change.catch(() => null)))
    this.#changes.clear()
    await disposeAll(made.filter((change) => change !== null))
    const copies = await Promise.all([...this.#copies.values()].map((copy) => copy.catch(() => null)))
    this.#copies.clear()
    for (const copy of copies) await copy?.dispose()
  }

  #keep(changes: TreeChange[]): void {
    for (const change of changes) this.#changes.set(change.base, Promise.resolve(change))
  }

  /** What a target receives that another has; read once for all that lack it. */
  async #copyOf({ steps }: Segment): Promise<CopyPayload | null> {
    const action = steps.flatMap((step) => (step.action.do === 'receive' ? [step.action] : []))[0]
    if (!action) return null
    const { worker, held, gone } = this.#flight
    const known = this.#copies.get(action.from)
    if (known) return known
    const copy = readTargets(worker.db, held.environmentId).then((all) => copyPayload(worker, all, action, gone))
    this.#copies.set(action.from, copy)
    copy.catch(() => this.#copies.delete(action.from))
    return copy
  }

  #changeOf(segment: Segment): Promise<TreeChange | null> {
    const base = baseOf(segment)
    const known = this.#changes.get(base)
    if (known) return known
    const change = changeFor(this.#flight, this.cargo.plan, segment)
    this.#changes.set(base, change)
    // What could not be made for one server is tried again for the next.
    change.catch(() => this.#changes.delete(base))
    return change
  }
}

function baseOf({ steps }: Segment): string | null {
  for (const { action } of steps) if (action.do === 'tree') return action.base
  return null
}

/** Whether the change is what the plan's tree step expects. */
function fits(segment: Segment, change: TreeChange): boolean {
  return segment.steps.every(({ action }) => action.do !== 'tree' || action.base === change.base)
}
