// One deployment, from wherever it stands to its end: plan, fly, judge, undo, finish. Whoever takes over begins here too.
import { setTimeout as delay } from 'node:timers/promises'
import { PanelError } from '@/lib/errors.ts'
import { planUndo } from '@/lib/deploy/plan.ts'
import { acknowledgeProgram, secretPart, startProgram } from '@/lib/deploy/programs.ts'
import type { Failure, Plan, Segment, TreeChange } from '@/lib/deploy/types.ts'
import { writeAs } from '@/lib/store/claims.ts'
import type { Claim } from '@/lib/store/claims.ts'
import { Refusal, answerOf } from './exchange.ts'
import { failureBefore, failureOfServer } from './failure.ts'
import { Flight } from './flight.ts'
import type { FlightSignals } from './flight.ts'
import { judge, judgeUndo } from './judge.ts'
import type { Verdict } from './judge.ts'
import { planWhole, prepare } from './prepare.ts'
import type { Cargo } from './prepare.ts'
import { flySegment } from './segment.ts'
import type { Start } from './segment.ts'
import { changeFor } from './source.ts'
import type { Worker } from './worker.ts'

/** How long a server is looked for that has to be put back. */
const undoMs = 300_000
const undoPauseMs = 1_000
/** Errors that no further attempt at an undo can mend. */
const finalCodes = new Set(['invalid', 'conflict'])

const cancelled: Verdict = { status: 'cancelled', failure: null, undo: null }

/** Returns when the end is written. Rejects with LostClaim or the reason of `signals.gone`: then it isn't ours any more. */
export async function flyDeployment(worker: Worker, held: Claim, signals: FlightSignals): Promise<void> {
  const flight = await Flight.board(worker, held, signals)
  warmUp(flight).catch(() => {})
  const { status, failure } = await outcome(flight)
  await flight.record([{ type: 'finished', data: { status, failure } }])
  worker.log.info({ deployment: held.deploymentId, number: held.number, status, failure }, 'deployment finished')
  await acknowledge(flight)
}

/** The end of a deployment that this panel can't fly, whatever the reason; the log of the worker knows more. */
export async function failInternally(worker: Worker, held: Claim): Promise<void> {
  const message =
    'Fairlead could not go on with this deployment because of an error of its own. Look into the log of the worker.'
  await writeAs(worker.db, held, (write) =>
    write.append({ type: 'finished', data: { status: 'failed', failure: { code: 'internal', message } } }),
  )
}

/** Connects while the plan is being made. What goes wrong is said when the connection is needed. */
async function warmUp(flight: Flight): Promise<void> {
  const connection = await flight.worker.connector.connect(flight.address(), { signal: flight.gone })
  connection.end()
}

async function outcome(flight: Flight): Promise<Verdict> {
  if (flight.cancel.aborted && flight.state.segments.length === 0) return cancelled
  let cargo: Cargo
  try {
    cargo = await prepare(flight)
  } catch (error) {
    flight.gone.throwIfAborted()
    if (flight.cancel.aborted) return cancelled
    return { status: 'failed', failure: failureBefore(error), undo: null }
  }
  const shipment = new Shipment(flight, cargo)
  try {
    return await flyAll(flight, shipment)
  } finally {
    await shipment.dispose()
  }
}

async function flyAll(flight: Flight, shipment: Shipment): Promise<Verdict> {
  const { name: server } = flight.target.server
  try {
    await flyMain(flight, shipment)
  } catch (error) {
    flight.gone.throwIfAborted()
    if (flight.cancel.aborted && flight.state.segments.length === 0) return cancelled
    return { status: 'failed', failure: failureOfServer(error, server), undo: null }
  }
  const { plan } = shipment.cargo
  if (flight.giveUp.aborted) await flight.reread()
  const verdict = judge(flight.state, plan.segments[0]!, server)
  if (!verdict.undo) return verdict
  const undo = planUndo(plan, verdict.undo.release, flight.state.committed !== null || plan.kind === 'configure')
  const why = verdict.failure?.message ?? 'The deployment was cancelled.'
  if (!flight.state.undo)
    await flight.record([{ type: 'undo.began', data: { segment: undo.name, release: verdict.undo.release, why } }])
  const unflown = await flyUndo(flight, shipment, undo)
  const failure = judgeUndo(flight.state, undo, server, unflown)
  return failure ? { status: 'failed', failure, undo: null } : verdict
}

async function flyMain(flight: Flight, shipment: Shipment): Promise<void> {
  for (;;) {
    const { plan, secrets } = shipment.cargo
    const segment = plan.segments[0]!
    try {
      return await flySegment(flight, {
        plan,
        segment,
        secrets,
        isCancellable: true,
        start: () => shipment.start(segment),
      })
    } catch (error) {
      if (!(error instanceof Refusal && error.code === 'need_full' && shipsOnTop(plan))) throw error
      const message = 'Nothing can be built on the server’s copy of the last commit: everything is sent.'
      await flight.record([{ type: 'note', data: { level: 'note', code: 'need_full', message } }])
      await shipment.replace(await planWhole(flight))
    }
  }
}

function shipsOnTop(plan: Plan): boolean {
  return plan.segments[0]!.steps.some(({ action }) => action.do === 'tree' && action.base !== null)
}

/** Whether the change is what the plan's tree step expects. */
function fits(plan: Plan, change: TreeChange): boolean {
  return plan.segments[0]!.steps.every(({ action }) => action.do !== 'tree' || action.base === change.base)
}

/**
 * Puts back what was live. The server was there a moment ago: it is looked for as long as an undo may take. Returns why it wasn't
 * flown, or null.
 */
async function flyUndo(flight: Flight, shipment: Shipment, segment: Segment): Promise<Failure | null> {
  const { plan, secrets } = shipment.cargo
  const until = Date.now() + undoMs
  for (;;) {
    try {
      await flySegment(flight, {
        plan,
        segment,
        secrets,
        isCancellable: false,
        start: () => shipment.start(segment),
      })
      return null
    } catch (error) {
      flight.gone.throwIfAborted()
      const { log } = flight.worker
      log.warn({ err: error, deployment: flight.held.deploymentId }, 'the undo did not start')
      const mayPass = error instanceof PanelError && !finalCodes.has(error.code) && Date.now() <= until
      const isTold = error instanceof PanelError || error instanceof Refusal
      if (!mayPass) return isTold ? failureOfServer(error, flight.target.server.name) : null
      await delay(undoPauseMs, undefined, { signal: flight.gone }).catch(() => {})
    }
  }
}

/** What goes to the server along with a program; made once, sent as often as it takes. */
class Shipment {
  cargo: Cargo
  #flight: Flight
  #change: TreeChange | null

  constructor(flight: Flight, cargo: Cargo) {
    this.#flight = flight
    this.cargo = cargo
    this.#change = cargo.change ?? null
  }

  async start(segment: Segment): Promise<Start> {
    const { env, files, plan } = this.cargo
    const exports = (segment.name === 'undo' && this.cargo.undoExports) || this.cargo.exports
    const isShipping = segment.steps.some(({ action }) => action.do === 'tree')
    if (isShipping) this.#change ??= await changeFor(this.#flight, plan)
    if (isShipping && this.#change && !fits(plan, this.#change)) throw new Refusal('need_full', 'unknown base')
    const payloads = isShipping ? (this.#change?.payloads ?? []) : []
    const secretBytes = secretPart(exports, env, segment.name === 'undo' ? [] : files)
    const listed = payloads.map(({ name, length, sha256 }) => ({ name, length, sha256 }))
    async function* parts(): AsyncGenerator<Uint8Array> {
      yield secretBytes
      for (const payload of payloads) yield* payload.open()
    }
    return { program: startProgram(this.#flight.context(), segment, { secretBytes, payloads: listed }), parts: parts() }
  }

  async replace(cargo: Cargo): Promise<void> {
    await this.dispose()
    this.cargo = cargo
    this.#change = cargo.change ?? null
  }

  async dispose(): Promise<void> {
    await this.#change?.dispose()
    this.#change = null
  }
}

/** Raw output that was compared needs not stay on the server. What isn't reached is removed by a later segment. */
async function acknowledge(flight: Flight): Promise<void> {
  const done = flight.state.segments.filter(
    ({ outcome, steps }) => outcome && outcome !== 'lost' && steps.every((step) => step.verified !== false),
  )
  if (done.length === 0) return
  try {
    const connection = await flight.worker.connector.connect(flight.address(), { signal: flight.gone })
    try {
      for (const { name } of done) await answerOf(connection, acknowledgeProgram(flight.context(), name))
    } finally {
      connection.end()
    }
  } catch (error) {
    flight.worker.log.info(
      { err: error, deployment: flight.held.deploymentId },
      'raw output stays on the server for now',
    )
  }
}
