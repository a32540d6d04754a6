// Servers of which nobody knows what is live: one that was given up went on by itself. They are asked before a plan is made.
import { stateProgram } from '@/lib/deploy/programs.ts'
import { parseState } from '@/lib/deploy/state.ts'
import { markLive } from '@/lib/store/targets.ts'
import { answerOf } from './exchange.ts'
import type { Flight } from './flight.ts'
import type { Target } from './ground.ts'

/** What they say counts from here on. Of one that doesn't answer, or has a `current` of somebody else's, all stays as it was. */
export async function askUnknown(flight: Flight): Promise<void> {
  const { targets } = flight.environment
  await Promise.all(targets.filter(({ unknownSince }) => unknownSince !== null).map((target) => ask(flight, target)))
}

async function ask(flight: Flight, target: Target): Promise<void> {
  const { worker, held, signal } = flight
  const lane = flight.lane(target.id)
  try {
    const connection = await worker.connector.connect(lane.address(), { signal })
    try {
      const { current } = parseState(await answerOf(connection, stateProgram(lane.context())))
      if (current?.includes('/')) return
      await flight.record([], (write) => markLive(write, target.id, current))
      Object.assign(target, { liveRelease: current, unknownSince: null })
    } finally {
      connection.end()
    }
  } catch (error) {
    flight.gone.throwIfAborted()
    worker.log.info({ err: error, deployment: held.deploymentId }, 'what is live on a server stays unknown for now')
  }
}
