// Puts back what was live on a server. It was there a moment ago: it is looked for as long as an undo may take.
import { setTimeout as delay } from 'node:timers/promises'
import { PanelError } from '@/lib/errors.ts'
import { undoMs } from '@/lib/deploy/deadlines.ts'
import type { Failure, Segment } from '@/lib/deploy/types.ts'
import { databaseNow } from '@/lib/store/database.ts'
import { markUnknown } from '@/lib/store/targets.ts'
import { Refusal } from './exchange.ts'
import { failureOfServer } from './failure.ts'
import type { Lane } from './lane.ts'
import { recordRefused } from './refused.ts'
import { flySegment } from './segment.ts'
import type { Shipment } from './shipment.ts'

const undoPauseMs = 1_000
/** Errors that no further attempt at an undo can mend. */
const finalCodes = new Set(['invalid', 'conflict'])

/** Returns why the undo wasn't flown (somebody gave the server up, too), or null: then its segment says how it went. */
export async function flyUndo(lane: Lane, shipment: Shipment, segment: Segment): Promise<Failure | null> {
  const { flight } = lane
  const { plan, secrets } = shipment.cargo
  const until = performance.now() + undoMs
  const seenAt = await databaseNow(flight.worker.db)
  for (;;) {
    try {
      await flySegment(flight, {
        lane,
        plan,
        segment,
        secrets,
        isCancellable: false,
        start: () => shipment.start(lane, segment),
      })
      return null
    } catch (error) {
      flight.gone.throwIfAborted()
      flight.worker.log.warn({ err: error, deployment: flight.held.deploymentId }, 'the undo did not start')
      const mayPass = error instanceof PanelError && !finalCodes.has(error.code) && performance.now() <= until
      if (!mayPass && error instanceof Refusal) await recordRefused(flight, segment)
      // A database that was away says nothing of the server: whoever goes on with the deployment finds the undo where it is.
      if (!(error instanceof PanelError || error instanceof Refusal)) throw error
      if (!mayPass) return failureOfServer(error, lane.server)
      await tellLooking(lane, segment, error.message, seenAt)
      await delay(undoPauseMs, undefined, { signal: AbortSignal.any([flight.gone, lane.giveUp]) }).catch(() => {})
      flight.gone.throwIfAborted()
      if (lane.giveUp.aborted) return givenUp(lane)
    }
  }
}

/** That it is waited for is said once. */
async function tellLooking(lane: Lane, { name, targetId }: Segment, reason: string, seenAt: Date): Promise<void> {
  const { flight, server } = lane
  if (flight.state.segments.some((one) => one.name === name && one.looking)) return
  const lastSeenAt = seenAt.toISOString()
  await flight.record([{ type: 'segment.looking', data: { segment: name, targetId, server, reason, lastSeenAt } }])
}

/** What it has live stays unknown until it is seen again. */
async function givenUp({ flight, server, target }: Lane): Promise<Failure> {
  await flight.reread()
  const { givenUpTargets, givenUp: all } = flight.state
  const by = (givenUpTargets.find(({ targetId }) => targetId === target.id) ?? all)?.by ?? 'Somebody'
  await flight.record([], (write) => markUnknown(write, target.id, `${by} gave it up while it had to be put back.`))
  return { code: 'connection_lost', server, message: `${server} could not be reached, and ${by} gave it up.` }
}
