// Puts back what was live on a server. It was there a moment ago: it is looked for as long as an undo may take.
import { setTimeout as delay } from 'node:timers/promises'
import { PanelError } from '@/lib/errors.ts'
import { undoMs } from '@/lib/deploy/deadlines.ts'
import type { Failure, Segment } from '@/lib/deploy/types.ts'
import { Refusal } from './exchange.ts'
import { failureOfServer } from './failure.ts'
import type { Lane } from './lane.ts'
import { flySegment } from './segment.ts'
import type { Shipment } from './shipment.ts'

const undoPauseMs = 1_000
/** Errors that no further attempt at an undo can mend. */
const finalCodes = new Set(['invalid', 'conflict'])

/** Returns why the undo wasn't flown, or null: then its segment says how it went. */
export async function flyUndo(lane: Lane, shipment: Shipment, segment: Segment): Promise<Failure | null> {
  const { flight } = lane
  const { plan, secrets } = shipment.cargo
  const until = Date.now() + undoMs
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
      const mayPass = error instanceof PanelError && !finalCodes.has(error.code) && Date.now() <= until
      const isTold = error instanceof PanelError || error instanceof Refusal
      if (!mayPass) return isTold ? failureOfServer(error, lane.server) : null
      await delay(undoPauseMs, undefined, { signal: flight.gone }).catch(() => {})
    }
  }
}
