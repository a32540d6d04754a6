// A deployment during which something goes wrong, known before it does: the same seed gives the same one.
import { kindNames, kinds } from './kinds.ts'
import type { KindName } from './kinds.ts'
import { randomFrom } from './random.ts'

/** `undo`: cancelled as soon as the release is live. `variables`, `files`: other ones for the live release. */
export const acts = ['deploy', 'deploy', 'deploy', 'fail', 'activate', 'cancel', 'undo', 'variables', 'files'] as const
export type Act = (typeof acts)[number]
/** These need a release that is live. */
const later: readonly Act[] = ['activate', 'variables', 'files']

/** So long after that share of all moments of a deployment: it is asked for, it is sent, and each of its steps begins. */
export type Moment = { share: number; afterMs: number }

export type PlannedFault = {
  kind: KindName
  /** Index of the server. */
  server: number
  at: Moment
  lastsMs: number
  /** It lasts until the deployment has ended. */
  stays: boolean
}

export type Trial = {
  seed: number | null
  act: Act
  servers: number
  /** Whether it is the first one of its environment. */
  isFirst: boolean
  faults: readonly PlannedFault[]
  cancelAt: Moment
  /** Servers switch one after the other. */
  oneByOne?: boolean
}

/** Nothing goes wrong. */
export function undisturbed(act: Act, servers: number): Trial {
  return { seed: null, act, servers, isFirst: false, faults: [], cancelAt: { share: 0, afterMs: 0 } }
}

/** One after the other, seeds go through all kinds; everything else is random. `servers`: how many may be deployed to. */
export function trialOf(seed: number, servers: readonly number[], actGiven?: Act): Trial {
  const random = randomFrom(seed)
  const act = actGiven ?? random.pick(acts)
  const count = random.pick(servers)
  const cancelAt = { share: random.next(), afterMs: random.next() * 150 }
  const faultOf = (kind: KindName): PlannedFault => {
    const { lasts, mayStay } = kinds[kind]
    // What is done because of a wish to cancel comes late.
    const share = act === 'undo' ? 0.5 + random.next() / 2 : random.next()
    const server = Math.floor(random.next() * count)
    const lastsMs = Math.round(lasts[0] + random.next() * (lasts[1] - lasts[0]))
    const stays = mayStay === 'always' || (mayStay && random.chance(0.5))
    return { kind, server, at: { share, afterMs: random.next() * 150 }, lastsMs, stays }
  }
  const faults = [faultOf(kindNames[seed % kindNames.length]!)]
  // A server and the panel may go wrong at once.
  const ofPanel = kindNames.filter((name) => kinds[name].needs === 'nothing')
  if (random.chance(0.2)) faults.push(faultOf(random.pick(ofPanel)))
  const isFirst = !later.includes(act) && random.chance(0.15)
  const oneByOne = count > 1 && random.chance(0.5)
  return { seed, act, servers: count, isFirst, faults, cancelAt, oneByOne }
}
