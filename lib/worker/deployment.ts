// One deployment, from wherever it stands to its end: plan, fly, judge, undo, finish. Whoever takes over begins here too.
import type { NewEvent } from '@/lib/deploy/events.ts'
import { acknowledgeProgram } from '@/lib/deploy/programs.ts'
import { planUndo } from '@/lib/deploy/plan.ts'
import type { Plan } from '@/lib/deploy/types.ts'
import { writeAs } from '@/lib/store/claims.ts'
import type { Claim } from '@/lib/store/claims.ts'
import { readSegments } from '@/lib/store/segments.ts'
import { forgetTarget, markUnknown } from '@/lib/store/targets.ts'
import { Refusal, answerOf } from './exchange.ts'
import { failureBefore, failureOfServer } from './failure.ts'
import { flyFleet } from './fleet.ts'
import { settleAlone } from './fleet-settle.ts'
import { Flight } from './flight.ts'
import type { FlightSignals } from './flight.ts'
import { depart, leftTarget } from './leave.ts'
import { judge, judgeUndo } from './judge.ts'
import type { Verdict } from './judge.ts'
import type { Lane } from './lane.ts'
import { Overtaken } from './overtaken.ts'
import { planWhole, prepare } from './prepare.ts'
import type { Cargo } from './prepare.ts'
import { flySegment } from './segment.ts'
import { Shipment } from './shipment.ts'
import { flyUndo } from './undo.ts'
import type { Worker } from './worker.ts'

/** Of a run that began at all; `superseded`: something newer was live before it did. */
type Ending = Verdict | { status: 'superseded'; failure: null }

const cancelled: Verdict = { status: 'cancelled', failure: null, undo: null }

/** Returns when the end is written. Rejects with LostClaim or the reason of `signals.gone`: then it isn't ours any more. */
export async function flyDeployment(worker: Worker, held: Claim, signals: FlightSignals): Promise<void> {
  const flight = await Flight.board(worker, held, signals)
  warmUp(flight).catch(() => {})
  const leaving = leftTarget(flight)
  const flown = await outcome(flight)
  const isOver = leaving !== null && flown.status === 'succeeded'
  const { status, failure } = isOver ? await depart(flight, leaving, flown) : flown
  const isLeft = leaving !== null && status === 'succeeded'
  await flight.record([{ type: 'finished', data: { status, failure } }], async (write) => {
    if (isLeft) await forgetTarget(write, leaving)
  })
  worker.log.info({ deployment: held.deploymentId, number: held.number, status, failure }, 'deployment finished')
  if (!isLeft) await acknowledge(flight, isForGood(flight))
}

const ourFault = 'Fairlead could not go on with this deployment because of an error of its own.'

/** The end of a deployment that this panel can't fly, whatever the reason; the log of the worker knows more. */
export async function failInternally(worker: Worker, held: Claim): Promise<void> {
  // Not from the events: they may be what it can't read.
  const segments = await readSegments(worker.db.pool, held.deploymentId)
  const open = [...segments.values()].filter(({ state }) => state === 'sent').map(({ targetId }) => targetId)
  const failure = { code: 'internal', message: ourFault } as const
  await writeAs(worker.db, held, async (write) => {
    for (const id of open) await markUnknown(write, id, 'Fairlead has not followed its work to the end.')
    await write.append({ type: 'finished', data: { status: 'failed', failure } })
  })
}

/** Connects while the plan is being made. What goes wrong is said when the connection is needed. */
async function warmUp(flight: Flight): Promise<void> {
  const { targets } = flight.environment
  await Promise.all(
    targets.map(async ({ id }) => {
      const connection = await flight.worker.connector.connect(flight.lane(id).address(), { signal: flight.gone })
      connection.end()
    }),
  )
}

async function outcome(flight: Flight): Promise<Ending> {
  if (flight.cancel.aborted && flight.state.segments.length === 0) return cancelled
  let cargo: Cargo
  try {
    cargo = await prepare(flight)
  } catch (error) {
    flight.gone.throwIfAborted()
    if (flight.cancel.aborted) return cancelled
    if (error instanceof Overtaken) return superseded(flight, error)
    return { status: 'failed', failure: failureBefore(error), undo: null }
  }
  const shipment = new Shipment(flight, cargo)
  try {
    if (cargo.plan.fleet) return await flyFleet(flight, shipment)
    const verdict = await flyAll(flight, shipment)
    await settleAlone(flight, shipment.cargo.plan)
    return verdict
  } finally {
    await shipment.dispose()
  }
}

async function superseded(flight: Flight, { message }: Overtaken): Promise<Ending> {
  await flight.record([{ type: 'note', data: { level: 'note', code: 'overtaken', message } }])
  return { status: 'superseded', failure: null }
}

async function flyAll(flight: Flight, shipment: Shipment): Promise<Verdict> {
  const lane = flight.lane(shipment.cargo.plan.segments[0]!.targetId)
  const { server } = lane
  try {
    await flyMain(lane, shipment)
  } catch (error) {
    flight.gone.throwIfAborted()
    if (flight.cancel.aborted && flight.state.segments.length === 0) return cancelled
    return { status: 'failed', failure: failureOfServer(error, server), undo: null }
  }
  const { plan } = shipment.cargo
  // People say who gave up, and whether a cancelled one keeps what it did.
  if (flight.cancel.aborted || flight.giveUp.aborted) await flight.reread()
  const verdict = judge(flight.state, plan.segments[0]!, server)
  if (!verdict.undo) return verdict
  const undo = planUndo(plan, verdict.undo.release, flight.state.committed !== null || plan.kind === 'configure')
  const why = verdict.failure?.message ?? 'The deployment was cancelled.'
  if (!flight.state.undo)
    await flight.record([
      ...unkept(flight, verdict),
      { type: 'undo.began', data: { segment: undo.name, release: verdict.undo.release, why } },
    ])
  const unflown = await flyUndo(lane, shipment, undo)
  const failure = judgeUndo(flight.state, undo, server, unflown)
  return failure ? { status: 'failed', failure, undo: null } : verdict
}

/** Whoever cancelled wanted to keep what is put back all the same. */
function unkept({ state }: Flight, { status }: Verdict): NewEvent[] {
  if (status !== 'cancelled' || state.committed === null || state.cancel?.keep !== true) return []
  const message = 'The new release was not kept: visitors were still kept away from it, and the way back lets them in.'
  return [{ type: 'note', data: { level: 'warning', code: 'not_kept', message } }]
}

async function flyMain(lane: Lane, shipment: Shipment): Promise<void> {
  const { flight } = lane
  for (;;) {
    const { plan, secrets } = shipment.cargo
    const segment = plan.segments[0]!
    try {
      return await flySegment(flight, {
        lane,
        plan,
        segment,
        secrets,
        isCancellable: true,
        start: () => shipment.start(lane, segment),
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

/** Nobody wants back what was before: it has succeeded, or was cancelled and keeps what it did. */
function isForGood({ state: { status, committed, undos } }: Flight): boolean {
  return status === 'succeeded' || (status === 'cancelled' && committed !== null && undos.length === 0)
}

/**
 * Raw output that was compared needs not stay on servers, nor (`forGood`) what was kept for an undo. What isn't reached is removed
 * by a later segment.
 */
async function acknowledge(flight: Flight, forGood: boolean): Promise<void> {
  const done = flight.state.segments.filter(
    ({ outcome, steps }) => outcome && outcome !== 'lost' && steps.every((step) => step.verified !== false),
  )
  const targetIds = [...new Set(done.map(({ targetId }) => targetId))]
  await Promise.all(
    targetIds.map((id) =>
      acknowledgeOn(
        flight.lane(id),
        done.flatMap(({ targetId, name }) => (targetId === id ? [name] : [])),
        forGood,
      ),
    ),
  )
}

async function acknowledgeOn(lane: Lane, segments: string[], forGood: boolean): Promise<void> {
  const { worker, held, gone } = lane.flight
  try {
    const connection = await worker.connector.connect(lane.address(), { signal: gone })
    try {
      await answerOf(connection, acknowledgeProgram(lane.context(), segments, forGood))
    } finally {
      connection.end()
    }
  } catch (error) {
    worker.log.info({ err: error, deployment: held.deploymentId }, 'raw output stays on the server for now')
  }
}
