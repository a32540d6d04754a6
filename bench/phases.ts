// Where the time of one deployment went, read from its events: the panel's part by the database's clock, the server's by its own.
import type { DeploymentEvent } from '@/lib/deploy/events.ts'

/** Milliseconds by name: claim, prepare, send, `step <n>` …, tell. */
export type Phases = Record<string, number>

export function phasesOf(events: readonly DeploymentEvent[]): Phases {
  const at = (type: DeploymentEvent['type']): number =>
    Date.parse(events.find((event) => event.type === type)?.at ?? '')
  const phases: Phases = {
    'until claimed': at('claimed') - at('requested'),
    'until resolved': at('resolved') - at('claimed'),
    'until planned': at('planned') - at('resolved'),
    'until sent': at('segment.sent') - at('planned'),
    'until started': at('segment.started') - at('segment.sent'),
  }
  const began = new Map<number, number>()
  let first = Infinity
  let last = 0
  for (const event of events) {
    if (event.type === 'step.began') {
      began.set(event.data.step, event.data.at)
      first = Math.min(first, event.data.at)
    }
    if (event.type !== 'step.ended' || !began.has(event.data.step)) continue
    last = Math.max(last, event.data.at)
    phases[`step ${event.data.step}`] = event.data.at - began.get(event.data.step)!
  }
  phases['all steps'] = last - first
  phases['started to finished'] = at('finished') - at('segment.started')
  return Object.fromEntries(Object.entries(phases).filter(([, ms]) => Number.isFinite(ms)))
}

/** The same of several servers, by the panel's clock: what all of them wait for. `skew`: between the first switch and the last. */
export function fleetPhasesOf(events: readonly DeploymentEvent[]): Phases {
  const all = (type: DeploymentEvent['type']): number[] =>
    events.filter((event) => event.type === type).map((event) => Date.parse(event.at))
  const first = (type: DeploymentEvent['type']): number => Math.min(...all(type))
  const switched = events.flatMap((event) => (event.type === 'switched' ? [event.data.at] : []))
  const shipped = Math.min(first('committed'), first('batch.began'))
  const lastSwitch = Math.max(...all('switched'))
  const phases: Phases = {
    'until claimed': first('claimed') - first('requested'),
    'until resolved': first('resolved') - first('claimed'),
    'until planned': first('planned') - first('resolved'),
    'until sent': first('segment.sent') - first('planned'),
    'until shipped': shipped - first('segment.sent'),
    'until switched': lastSwitch - shipped,
    'until finished': first('finished') - lastSwitch,
    skew: Math.max(...switched) - Math.min(...switched),
  }
  return Object.fromEntries(Object.entries(phases).filter(([, ms]) => Number.isFinite(ms)))
}

/** The median of each phase over several deployments. */
export function medianPhases(all: Phases[]): Phases {
  const names = [...new Set(all.flatMap((phases) => Object.keys(phases)))]
  return Object.fromEntries(
    names.map((name) => [name, Math.round(median(all.flatMap((phases) => phases[name] ?? [])))]),
  )
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

export const p95 = (values: number[]): number => within(values, 0.95)
export const p99 = (values: number[]): number => within(values, 0.99)

/** The value that this share of them doesn't exceed. */
function within(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]!
}
