// A made-up run on several servers: its plan, and events as a worker would have written them, by clocks that are apart.
import type { DeploymentEvent, NewEvent } from '@/lib/deploy/events.ts'
import type { Fleet } from '@/lib/deploy/fleet-live.ts'
import type { Failure, Plan, Step } from '@/lib/deploy/types.ts'

export const before = 'deployment_11.0ld0ne0'
export const release = 'deployment_12.ab12cd3'
export const numbers = { [before]: 11, [release]: 12 }
/** The panel's clock when it begins. */
export const startMs = Date.parse('2026-11-21T14:00:00.000Z')

const permissions = { owner: 'www-data', group: 'www-data', mode: 'keep-exec' } as const

function step(n: number, name: string, stage: Step['stage'], phase: Step['phase'] = 'main'): Step {
  const event = name.replace(' (panel)', '') as 'after.pull'
  const hook = { event, origin: 'repository', from: 'new', path: `.fairlead/${name}`, sha256: 'x' } as const
  const action: Step['action'] = name.includes('.')
    ? { do: 'hook', hook: { ...hook, timeoutMs: 600_000, failure: 'stops' } }
    : { do: 'permissions', release, permissions }
  return { n, name, stage, phase, action, replay: 'idempotent', failure: 'stops', timeoutMs: 600_000 }
}
const steps = (stage: Step['stage'], ...names: string[]) => names.map((name, at) => step(at + 1, name, stage))

export const shipSteps = [
  step(1, 'check', 'check'),
  ...['tree', 'release', 'variables', 'after.pull', 'permissions', 'before.deploy', 'complete'].map((name, at) =>
    step(at + 2, name, 'ship'),
  ),
]
const parts = {
  ship: shipSteps,
  switch: steps('switch', 'switch', 'after.deploy'),
  finish: steps('finish', 'deploy.success', 'prune'),
  undo: steps('undo', 'switch', 'rollback/after'),
  failure: steps('undo', 'deploy.failure'),
}
type Part = keyof typeof parts

/** Servers `web-1` … with the target ids `t1` … unless others are given; `batch` of them switch together. */
export function planFleet(
  count: number,
  batch: number,
  ids = Array.from({ length: count }, (_, at) => `t${at + 1}`),
): Plan {
  const known = { live: before, health: 'healthy', revision: 'old' } as const
  const targets = ids.map((targetId, at) => ({ targetId, place: at + 1, server: `web-${at + 1}`, ...known }))
  const lane = (part: Part) => (targetId: string) => ({
    targetId,
    segment: `${part}-${ids.indexOf(targetId) + 1}`,
    steps: parts[part],
  })
  const batches = Array.from({ length: Math.ceil(count / batch) }, (_, at) => ids.slice(at * batch, (at + 1) * batch))
  const stage = (name: Step['stage'], part: Part, groups = [ids]) => ({
    name,
    batches: groups.map((group) => ({ lanes: group.map(lane(part)) })),
  })
  const segments = (['ship', 'switch', 'finish', 'undo', 'failure'] as const).flatMap((part) =>
    ids.map((targetId, at) => ({ name: `${part}-${at + 1}`, targetId, steps: parts[part] })),
  )
  return {
    version: 1,
    kind: 'deploy',
    deployment: 12,
    environment: { id: 'e', name: 'production', project: 'Shop' },
    release,
    revision: 'ab12cd3',
    exports: {},
    stages: [
      stage('ship', 'ship'),
      stage('switch', 'switch', batches),
      stage('finish', 'finish'),
      stage('undo', 'undo'),
      stage('undo', 'failure'),
    ],
    segments,
    findings: [],
    fleet: {
      targets,
      strategy: {
        batch: { count: batch },
        minimumHealthy: null,
        canary: null,
        likeCodeDeploy: false,
        onFailure: 'rollback',
      },
    },
  }
}

/** As the panel's view of it is. */
export function fleetOf(plan: Plan): Fleet {
  const switching = plan.stages.find(({ name }) => name === 'switch')!
  return {
    targets: plan.fleet!.targets,
    batches: switching.batches.map(({ lanes }) => lanes.map(({ targetId }) => targetId)),
    numbers,
  }
}

type Stop = { step: string; outcome: 'failed' | 'running'; exit?: number }

/** Writes events one by one; `ms` is the panel's clock. Servers' clocks are ahead by 137 ms for each place. */
export class Story {
  readonly events: DeploymentEvent[] = []
  ms: number
  private readonly plan: Plan

  constructor(plan: Plan, ms = startMs) {
    this.plan = plan
    this.ms = ms
    this.say({ type: 'requested', data: { by: 'Anna', kind: 'deploy', source: { type: 'git', ref: 'main' } } })
    this.say({ type: 'claimed', data: { worker: 'w1', attempt: 1, epoch: '7' } })
    this.say({ type: 'resolved', data: { revision: 'ab12cd3', subject: 'Show it', author: 'Anna', ref: 'main' } })
    this.say({ type: 'planned', data: { planHash: 'f00', release: plan.release } })
  }

  say(...events: NewEvent[]): this {
    for (const event of events)
      this.events.push({ ...event, seq: this.events.length + 1, at: new Date(this.ms).toISOString() })
    return this
  }

  /** The clock of server `place` when the panel's stands at `ms`. */
  clockOf = (place: number, ms = this.ms): number => ms + place * 137

  targetId = (place: number): string => this.plan.fleet!.targets[place - 1]!.targetId

  /** The segment `part` of each place, step after step, all of them side by side; one that stops stays there. */
  fly(part: Part, places: readonly number[], stops: Readonly<Record<number, Stop>> = {}): this {
    const name = (place: number) => `${part}-${place}`
    for (const place of places)
      this.say({
        type: 'segment.sent',
        data: { segment: name(place), targetId: this.targetId(place), server: `web-${place}` },
      })
    this.ms += 20
    for (const place of places)
      this.say({ type: 'segment.started', data: { segment: name(place), at: this.clockOf(place, this.ms - 10) } })
    const stopped = new Set<number>()
    for (const { n, name: stepName } of parts[part]) {
      for (const place of places) if (!stopped.has(place)) this.begin(name(place), n, place)
      this.ms += 400
      for (const place of places) {
        if (stopped.has(place)) continue
        const stop = stops[place]?.step === stepName ? stops[place] : null
        if (stop) stopped.add(place)
        if (stop?.outcome === 'running') continue
        this.end(name(place), n, place, stop?.exit ?? 0)
        if (stop)
          this.say({
            type: 'segment.ended',
            data: { segment: name(place), outcome: 'failed', at: this.clockOf(place) },
          })
        else if (stepName === 'switch') this.switched(name(place), place, part === 'undo' ? before : release)
      }
    }
    for (const place of places)
      if (!stopped.has(place))
        this.say({ type: 'segment.ended', data: { segment: name(place), outcome: 'ok', at: this.clockOf(place) } })
    return this
  }

  private begin(segment: string, n: number, place: number): void {
    this.say({ type: 'step.began', data: { segment, step: n, at: this.clockOf(place, this.ms - 10) } })
  }

  private end(segment: string, n: number, place: number, exit: number): void {
    const outcome = exit === 0 ? 'ok' : 'failed'
    this.say({
      type: 'step.ended',
      data: { segment, step: n, outcome, exit, size: 0, at: this.clockOf(place, this.ms - 10) },
    })
  }

  /** A little later on each server than on the one before. */
  private switched(segment: string, place: number, to: string): void {
    const at = this.clockOf(place, this.ms - 10 + place * 2)
    this.say({ type: 'switched', data: { segment, targetId: this.targetId(place), release: to, at } })
  }

  commit(): this {
    return this.say({ type: 'committed', data: { segment: 'switch-1', release: this.plan.release, at: this.ms } })
  }

  batch(batch: number, places: readonly number[]): this {
    return this.say({ type: 'batch.began', data: { batch, targetIds: places.map(this.targetId) } })
  }

  lose(part: Part, place: number): this {
    const lastSeenAt = new Date(this.ms).toISOString()
    this.ms += 5_000
    const reason = `web-${place} did not answer within 15 s.`
    return this.say({ type: 'segment.looking', data: { segment: `${part}-${place}`, reason, lastSeenAt } })
  }

  fail(part: Part, place: number, failure: Failure): this {
    const targetId = this.targetId(place)
    return this.say({ type: 'target.failed', data: { segment: `${part}-${place}`, targetId, failure } })
  }

  undo(places: readonly number[], why: string): this {
    for (const place of places)
      this.say({ type: 'undo.began', data: { segment: `undo-${place}`, release: before, why } })
    return this
  }
}

/** All places of a plan. */
export const placesOf = (plan: Plan): number[] => plan.fleet!.targets.map((_, at) => at + 1)

const hookFailed: Failure = {
  code: 'command_failed',
  server: 'web-3',
  step: 'after.deploy',
  exit: 1,
  message: 'after.deploy ended with exit code 1.',
}

export type Until = 'making' | 'switching' | 'trouble' | 'undoing' | 'over'

/**
 * Ten servers, two at a time: web-3 fails after its switch while web-4 falls off the network; the others are put back, and Anna
 * gives web-4 up. `until` ends the story earlier.
 */
export function tenServers(plan: Plan, until: Until = 'over', story = new Story(plan)): Story {
  if (until === 'making')
    return story.fly('ship', placesOf(plan), {
      7: { step: 'after.pull', outcome: 'running' },
      8: { step: 'before.deploy', outcome: 'running' },
    })
  story.fly('ship', placesOf(plan)).commit().batch(1, [1, 2]).fly('switch', [1, 2]).batch(2, [3, 4])
  if (until === 'switching')
    return story.fly('switch', [3, 4], {
      3: { step: 'after.deploy', outcome: 'running' },
      4: { step: 'switch', outcome: 'running' },
    })
  story.fly('switch', [3, 4], {
    3: { step: 'after.deploy', outcome: 'failed', exit: 1 },
    4: { step: 'switch', outcome: 'running' },
  })
  story.fail('switch', 3, hookFailed).lose('switch', 4)
  if (until === 'trouble') return story
  story.undo([1, 2, 3], hookFailed.message)
  if (until === 'undoing') return story.fly('undo', [1, 2, 3], { 2: { step: 'rollback/after', outcome: 'running' } })
  story.fly('undo', [1, 2, 3]).say({ type: 'given.up', data: { by: 'Anna', targetId: story.targetId(4) } })
  story.say({ type: 'segment.ended', data: { segment: 'switch-4', outcome: 'lost', at: story.ms } })
  story.fly(
    'failure',
    placesOf(plan).filter((place) => place !== 4),
  )
  return story.say({ type: 'finished', data: { status: 'failed', failure: hookFailed } })
}

/** Every server switches, batch after batch. */
export function goodRun(plan: Plan, story = new Story(plan)): Story {
  story.fly('ship', placesOf(plan)).commit()
  const size = (plan.fleet!.strategy.batch as { count: number }).count
  for (let at = 0, batch = 1; at < plan.fleet!.targets.length; at += size, batch++) {
    const places = placesOf(plan).slice(at, at + size)
    story.batch(batch, places).fly('switch', places)
  }
  return story.fly('finish', placesOf(plan)).say({ type: 'finished', data: { status: 'succeeded', failure: null } })
}
