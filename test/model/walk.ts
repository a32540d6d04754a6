// Walks through what may happen, by a seed; and finds the shortest way to a problem that one of them found.
import { randomFrom } from '../faults/random.ts'
import { check, checkEnd } from './invariants.ts'
import type { Ledger } from './ledger.ts'
import type { Rules } from './server.ts'
import { freshWorld, moves } from './world.ts'
import type { Move, Place, World } from './world.ts'

/** `names` of the moves that were made; `problems` is empty when all was well. */
export type Walk = { names: string[]; problems: string[]; world: World }
/** `left` as in World: what may be wished and go wrong on one walk. */
export type Ground = { ledger: Ledger; rules: Rules; left: World['left'] }

const longest = 400
/** After so many moves nothing more goes wrong, and everything has to come to its end. */
const faultyMoves = 150

type Choose = (moves: Move[], count: number) => Move | undefined

async function go({ ledger, rules, left }: Ground, choose: Choose): Promise<Walk> {
  const place: Place = { ledger, rules, world: freshWorld(left) }
  const { world } = place
  const names: string[] = []
  while (world.problems.length === 0) {
    const move = choose(moves(place), names.length)
    if (!move) break
    names.push(move.name)
    await move.make()
    check(world, ledger.view(world.state))
  }
  if (world.problems.length === 0) checkEnd(world, ledger.view(world.state))
  return { names, problems: world.problems, world }
}

/** One walk to the end, where every deployment has to have ended. */
export function walk(ground: Ground, seed: number): Promise<Walk> {
  const random = randomFrom(seed)
  return go(ground, (all, count) => {
    const possible = count < faultyMoves ? all : all.filter(({ isFault }) => !isFault)
    if (count > longest) return undefined
    let rest = random.next() * possible.reduce((sum, { weight }) => sum + weight, 0)
    return possible.find(({ weight }) => (rest -= weight) < 0)
  })
}

/** The moves of that name, as far as they are possible; then fairly to the end, without faults: each in turn. */
export function retrace(ground: Ground, names: string[]): Promise<Walk> {
  const rest = [...names]
  const random = randomFrom(1)
  return go(ground, (all, count) => {
    while (rest.length > 0) {
      const name = rest.shift()!
      const move = all.find((one) => one.name === name)
      if (move) return move
    }
    const possible = all.filter(({ isFault }) => !isFault)
    return count > longest ? undefined : random.pick(possible)
  })
}

/** Leaves out of a walk what its problem doesn't need. */
export async function shorten(ground: Ground, { names }: Walk): Promise<Walk> {
  let best = await retrace(ground, names)
  for (let size = Math.ceil(best.names.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = 0; at < best.names.length;) {
      const tried = await retrace(ground, best.names.toSpliced(at, size))
      if (tried.problems.length > 0 && tried.names.length < best.names.length) best = tried
      else at += size
    }
  return best
}
