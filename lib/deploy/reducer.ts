// Events folded into what a page, the CLI, the history and a recovering worker need to know. The only fold there is.
import type { DeploymentEvent, EventData } from './events.ts'
import { moveStatus } from './status.ts'
import type { DeploymentStatus, Failure, PlanKind, StepOutcome } from './types.ts'

/** Server times (`startedAt`, `endedAt`) are epoch ms by the server's clock. */
type StepState = {
  n: number
  outcome: StepOutcome | 'running'
  startedAt: number | null
  endedAt: number | null
  exit: number | null
  /** Bytes of raw output that the server counted; null while it runs. */
  size: number | null
  /** The raw bytes received had the server's hash; null = not compared (yet). */
  verified: boolean | null
}
export type SegmentState = {
  name: string
  targetId: string
  server: string
  /** `sent` = on its way, nothing heard yet. */
  status: 'sent' | 'running' | 'ended'
  outcome: EventData<'segment.ended'>['outcome'] | null
  startedAt: number | null
  endedAt: number | null
  /** Set while the worker has lost sight of the server; `lastSeenAt` is ISO 8601. */
  looking: { reason: string; lastSeenAt: string } | null
  steps: StepState[]
}
export type Fact = { segment: string; step: number; key: string; value: string }
type Note = EventData<'note'>
export type DeploymentState = {
  seq: number
  status: DeploymentStatus
  kind: PlanKind | null
  requestedBy: string | null
  worker: string | null
  attempt: number
  commit: EventData<'resolved'> | null
  planHash: string | null
  release: string | null
  segments: SegmentState[]
  facts: Fact[]
  /** Notes, warnings and errors found on the way, those of the plan excluded. */
  findings: Note[]
  /** The release became live on the server (epoch ms there). */
  committed: { segment: string; release: string; at: number } | null
  /** `keep`: whether what has taken effect stays; absent where whoever cancels left it at what is usual. */
  cancel: (EventData<'cancel.requested'> & { at: string }) | null
  givenUp: { by: string; at: string } | null
  /** Servers of several that a person gave up. */
  givenUpTargets: { targetId: string; by: string; at: string }[]
  /** What `current` names on each target that was switched, the last word of each (several targets only). */
  switched: EventData<'switched'>[]
  failedTargets: EventData<'target.failed'>[]
  batches: EventData<'batch.began'>[]
  /** The next batch waits (ISO 8601; `until` null = for a person). */
  waiting: { batch: number; until: string | null; since: string } | null
  continued: { by: string; at: string } | null
  /** What the panel asked by itself, the last word of each; `ended` null = it is asking. */
  checks: { targetId: string; name: string; ended: EventData<'readiness.ended'> | null }[]
  /** The last of `undos`. */
  undo: EventData<'undo.began'> | null
  undos: EventData<'undo.began'>[]
  failure: Failure | null
  startedAt: string | null
  finishedAt: string | null
}

export const nothingYet: DeploymentState = {
  seq: 0,
  status: 'queued',
  kind: null,
  requestedBy: null,
  worker: null,
  attempt: 0,
  commit: null,
  planHash: null,
  release: null,
  segments: [],
  facts: [],
  findings: [],
  committed: null,
  cancel: null,
  givenUp: null,
  givenUpTargets: [],
  switched: [],
  failedTargets: [],
  batches: [],
  waiting: null,
  continued: null,
  checks: [],
  undo: null,
  undos: [],
  failure: null,
  startedAt: null,
  finishedAt: null,
}

/** Folds events, in order of `seq`; `from` continues an earlier fold. An event that is already in it changes nothing. */
export function reduce(events: readonly DeploymentEvent[], from: DeploymentState = nothingYet): DeploymentState {
  return events.reduce(
    (state, event) => (event.seq <= state.seq ? state : { ...apply(state, event), seq: event.seq }),
    from,
  )
}

function apply(state: DeploymentState, event: DeploymentEvent): DeploymentState {
  switch (event.type) {
    case 'requested':
      return { ...state, kind: event.data.kind, requestedBy: event.data.by }
    case 'claimed': {
      const status = state.status === 'queued' ? moveStatus('queued', 'running') : state.status
      const { worker, attempt } = event.data
      return { ...state, status, worker, attempt, startedAt: state.startedAt ?? event.at }
    }
    case 'resolved':
      return { ...state, commit: event.data }
    case 'planned':
      return { ...state, planHash: event.data.planHash, release: event.data.release }
    case 'segment.sent':
      return withSegment(state, event.data.segment, (segment) => ({
        ...segment,
        targetId: event.data.targetId,
        server: event.data.server,
      }))
    case 'segment.started':
      return withSegment(state, event.data.segment, (segment) => ({
        ...segment,
        status: 'running',
        startedAt: event.data.at,
        looking: null,
      }))
    case 'segment.looking': {
      const { reason, lastSeenAt, targetId, server } = event.data
      return withSegment(state, event.data.segment, (segment) => ({
        ...segment,
        targetId: targetId ?? segment.targetId,
        server: server ?? segment.server,
        looking: { reason, lastSeenAt },
      }))
    }
    case 'segment.attached':
      return withSegment(state, event.data.segment, (segment) => ({ ...segment, looking: null }))
    case 'segment.ended':
      return withSegment(state, event.data.segment, (segment) => ({
        ...segment,
        status: 'ended',
        outcome: event.data.outcome,
        endedAt: event.data.at,
        looking: null,
      }))
    case 'step.began':
      return withStep(state, event.data, (step) => ({ ...step, startedAt: event.data.at }))
    case 'step.fact':
      return { ...state, facts: [...state.facts, event.data] }
    case 'step.ended': {
      const { outcome, exit, size, at } = event.data
      return withStep(state, event.data, (step) => ({ ...step, outcome, exit, size, endedAt: at }))
    }
    case 'log.verified':
      return withStep(state, event.data, (step) => ({ ...step, verified: event.data.ok }))
    case 'committed':
      return { ...state, committed: event.data }
    case 'cancel.requested':
      return { ...state, cancel: { ...event.data, at: event.at } }
    case 'given.up':
      return givenUp(state, event.data, event.at)
    case 'switched': {
      const others = state.switched.filter(({ targetId }) => targetId !== event.data.targetId)
      return { ...state, switched: [...others, event.data] }
    }
    case 'target.failed':
      return { ...state, failedTargets: [...state.failedTargets, event.data] }
    case 'batch.began':
      return { ...state, batches: [...state.batches, event.data], waiting: null }
    case 'batch.waiting':
      return { ...state, waiting: { ...event.data, since: event.at } }
    case 'readiness.began':
      return withCheck(state, event.data, null)
    case 'readiness.ended':
      return withCheck(state, event.data, event.data)
    case 'continued':
      return { ...state, continued: { by: event.data.by, at: event.at }, waiting: null }
    case 'undo.began':
      return { ...state, undo: event.data, undos: [...state.undos, event.data], waiting: null }
    case 'note':
      return { ...state, findings: [...state.findings, event.data] }
    case 'finished': {
      const { status, failure } = event.data
      // Nobody looks for anything any more.
      const segments = state.segments.map((segment) => ({ ...segment, looking: null }))
      return { ...state, segments, status: moveStatus(state.status, status), failure, finishedAt: event.at }
    }
  }
}

function givenUp(state: DeploymentState, { by, targetId }: EventData<'given.up'>, at: string): DeploymentState {
  if (targetId === undefined) return { ...state, givenUp: { by, at } }
  return { ...state, givenUpTargets: [...state.givenUpTargets, { targetId, by, at }] }
}

function withCheck(
  state: DeploymentState,
  { targetId, name }: { targetId: string; name: string },
  ended: EventData<'readiness.ended'> | null,
): DeploymentState {
  const others = state.checks.filter((one) => one.targetId !== targetId || one.name !== name)
  return { ...state, checks: [...others, { targetId, name, ended }] }
}

function withSegment(state: DeploymentState, name: string, change: (segment: SegmentState) => SegmentState) {
  const known = state.segments.some((segment) => segment.name === name)
  const segments = known ? state.segments : [...state.segments, emptySegment(name)]
  return { ...state, segments: segments.map((segment) => (segment.name === name ? change(segment) : segment)) }
}

function withStep(
  state: DeploymentState,
  at: { segment: string; step: number },
  change: (step: StepState) => StepState,
) {
  return withSegment(state, at.segment, (segment) => {
    const known = segment.steps.some((step) => step.n === at.step)
    const steps = known ? segment.steps : [...segment.steps, emptyStep(at.step)]
    return { ...segment, steps: steps.map((step) => (step.n === at.step ? change(step) : step)) }
  })
}

function emptySegment(name: string): SegmentState {
  const times = { startedAt: null, endedAt: null }
  return { name, targetId: '', server: '', status: 'sent', outcome: null, ...times, looking: null, steps: [] }
}

function emptyStep(n: number): StepState {
  return { n, outcome: 'running', startedAt: null, endedAt: null, exit: null, size: null, verified: null }
}
