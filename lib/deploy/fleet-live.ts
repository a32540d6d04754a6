// What is live on each of several servers, as far as the events tell: nothing is guessed about one that is out of sight.
import type { DeploymentState } from './reducer.ts'

/**
 * A run on several: its targets in order with what was live before, the batches as planned (target ids), and numbers of releases
 * by name.
 */
export type Fleet = {
  targets: readonly { targetId: string; server: string; live: string | null }[]
  batches: readonly (readonly string[])[]
  numbers: Readonly<Record<string, number>>
  /** What the panel asks of each server that has switched, and for how long at most. */
  checks?: readonly { name: string; totalSeconds: number }[]
  /** One server's failure doesn't end the run: a minimum of them has to serve. */
  goesOn?: boolean
}

/** The release that `current` names there (null = none), or undefined: nobody knows. */
export function liveOn(state: DeploymentState, target: Fleet['targets'][number]): string | null | undefined {
  const { targetId } = target
  const own = state.segments.filter((segment) => segment.targetId === targetId)
  // What was sent last and can change `current`: as long as it is out of sight it may have.
  const last = own.findLast(({ name }) => /^(switch|undo)-\d+$/.test(name))
  // One that was given up may never have ended, or (an undo) never have arrived.
  const isOpen = last !== undefined && (last.outcome === 'lost' || last.status !== 'ended')
  const isLost = last !== undefined && (last.looking !== null || (isOpen && isGivenUp(state, targetId)))
  if (isLost) return undefined
  const said = state.switched.find((one) => one.targetId === targetId)
  return said ? said.release : target.live
}

/** Whether somebody waits no longer for that server, or for any. */
export function isGivenUp(state: DeploymentState, targetId: string): boolean {
  return state.givenUp !== null || state.givenUpTargets.some((one) => one.targetId === targetId)
}

/** The target of a segment, also of one that wasn't sent yet: names end with the place of the target. */
export function targetOfSegment(fleet: Fleet, state: DeploymentState, segment: string): string | null {
  const sent = state.segments.find(({ name }) => name === segment)?.targetId
  if (sent) return sent
  const place = /^(?:ship|switch|finish|undo|failure)-(\d+)/.exec(segment)?.[1]
  return fleet.targets[Number(place ?? 0) - 1]?.targetId ?? null
}
