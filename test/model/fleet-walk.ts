// Walks through a run on three servers, by a seed; and the shortest way to a problem that one of them found.
import { randomFrom } from '../faults/random.ts'
import { checkFleet, checkFleetEnd, remember } from './fleet-invariants.ts'
import type { FleetPlan } from './fleet-plan.ts'
import { fleetMoves, freshFleet } from './fleet-world.ts'
import type { FleetWorld, Left } from './fleet-world.ts'
import type { FleetRules } from './fleet-worker.ts'
import type { Move } from './world.ts'

/** `names` of the moves that were made; `problems` is empty when all was well. */
export type FleetWalk = { names: string[]; problems: string[]; world: FleetWorld }
export type FleetGround = { plan: FleetPlan; rules: FleetRules; left: Left }

const longest = 3_000
/** After so many moves nothing more goes wrong, and everything has to come to its end. */
const faultyMoves = 500

function go({ plan, rules, left }: FleetGround, choose: (moves: Move[], count: number) => Move | undefined): FleetWalk {
  const world = freshFleet(plan, rules, left)
  const names: string[] = []
  while (world.problems.length === 0) {
    const move = choose(fleetMoves(world), names.length)
    if (!move) break
    names.push(move.name)
    const before = remember(world)
    void move.make()
    checkFleet(world, before)
  }
  if (world.problems.length === 0) checkFleetEnd(world)
  return { names, problems: world.problems, world }
}

/** What goes wrong, and how soon, differs from walk to walk: much of it early, or little late. */
export function walkFleet(ground: FleetGround, seed: number): FleetWalk {
  const random = randomFrom(seed)
  const frequency = random.pick([0.02, 0.05, 0.2, 1])
  const { cancel, giveUp, fault, failure } = ground.left
  const left = {
    cancel: random.chance(0.4) ? cancel : 0,
    giveUp,
    fault: Math.floor(random.next() * (fault + 1)),
    failure: random.chance(0.4) ? failure : 0,
  }
  return go({ ...ground, left }, (all, count) => {
    if (count > longest) return undefined
    const possible = count < faultyMoves ? all : all.filter(({ isFault }) => !isFault)
    const weightOf = ({ weight, isFault }: Move): number => (isFault ? weight * frequency : weight)
    let rest = random.next() * possible.reduce((sum, move) => sum + weightOf(move), 0)
    return possible.find((move) => (rest -= weightOf(move)) < 0)
  })
}

/** The moves of that name, as far as they are possible; then fairly to the end, without faults. */
export function retraceFleet(ground: FleetGround, names: string[]): FleetWalk {
  const rest = [...names]
  const random = randomFrom(1)
  return go(ground, (all, count) => {
    while (rest.length > 0) {
      const name = rest.shift()!
      const move = all.find((one) => one.name === name)
      if (move) return move
    }
    const possible = all.filter(({ isFault }) => !isFault)
    return count > longest || possible.length === 0 ? undefined : random.pick(possible)
  })
}

/** Leaves out of a walk what its problem doesn't need. */
export function shortenFleet(ground: FleetGround, { names }: FleetWalk): FleetWalk {
  let best = retraceFleet(ground, names)
  for (let size = Math.ceil(best.names.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = 0; at < best.names.length;) {
      const tried = retraceFleet(ground, best.names.toSpliced(at, size))
      if (tried.problems.length > 0 && tried.names.length < best.names.length) best = tried
      else at += size
    }
  return best
}
