// What a deployment has come to, judged by what is known of it: pure.
import type { DeploymentState, SegmentState } from '@/lib/deploy/reducer.ts'
import { failureCodes } from '@/lib/deploy/types.ts'
import type { Action, Failure, FailureCode, LifecycleEvent, Segment, StepOutcome } from '@/lib/deploy/types.ts'

export type Verdict = {
  status: 'succeeded' | 'failed' | 'cancelled'
  failure: Failure | null
  /** It did not succeed, but took effect: put back what was live before (null = nothing was), or its variables. */
  undo: { release: string | null } | null
}

/** Judges segment `main` once it has ended. `server` is the name of its server. */
export function judge(state: DeploymentState, main: Segment, server: string): Verdict {
  const segment = state.segments.find((one) => one.name === main.name)
  if (!segment || segment.status !== 'ended') throw new Error('judged before its end')
  const unended = segment.outcome === 'ok' ? main.steps.find((step) => !hasEnded(segment, step)) : undefined
  if (segment.outcome === 'ok' && !unended) return { status: 'succeeded', failure: null, undo: null }
  const undo = state.givenUp ? null : toUndo(state, segment, main)
  if (segment.outcome === 'cancelled')
    return { status: 'cancelled', failure: null, undo: isKept(state, segment, main) ? null : undo }
  const failure = unended ? gap(unended, server) : failureOf(state, segment, main, server)
  return { status: 'failed', failure, undo }
}

/** How a segment of several ended; null = it hasn't. */
export function judgeSegment(
  state: DeploymentState,
  planned: Segment,
  server: string,
): 'ok' | 'cancelled' | Failure | null {
  const segment = state.segments.find((one) => one.name === planned.name)
  if (segment?.status !== 'ended') return null
  const unended = segment.outcome === 'ok' ? planned.steps.find((step) => !hasEnded(segment, step)) : undefined
  if (unended) return gap(unended, server)
  if (segment.outcome === 'ok' || segment.outcome === 'cancelled') return segment.outcome
  return failureOf(state, segment, planned, server)
}

/** What took effect: it was committed; or files were placed for a switch that never came, and nobody says that they were put back. */
function toUndo(state: DeploymentState, segment: SegmentState, main: Segment): Verdict['undo'] {
  if (state.committed) return before(state, main)
  return isPlaced(state, segment, main) || isAway(segment, main) ? { release: expectedBefore(main) } : null
}

/** It took effect, and whoever cancelled it wants it so; unless visitors are still kept away, whom only the way back lets in. */
function isKept(state: DeploymentState, segment: SegmentState, main: Segment): boolean {
  return state.cancel?.keep === true && state.committed !== null && !isOut(segment, main)
}

/** Lost while visitors were kept away for a switch that never came: somebody has to let them in again. */
export function isAway(segment: SegmentState, planned: Segment): boolean {
  return segment.outcome === 'lost' && isOut(segment, planned)
}

/** Visitors were kept away, and nothing has let them in again. */
function isOut(segment: SegmentState, planned: Segment): boolean {
  const outcomes = (event: LifecycleEvent) =>
    planned.steps.flatMap(({ n, action }) => {
      const isIt = action.do === 'hook' && action.hook.event === event
      return (isIt && segment.steps.find((one) => one.n === n)?.outcome) || []
    })
  const never = new Set(['skipped', 'lost', 'cancelled'])
  return (
    outcomes('traffic.out').some((outcome) => outcome !== 'skipped') &&
    outcomes('traffic.in').every((outcome) => never.has(outcome))
  )
}

/** Files were placed for a switch that never came, and nobody says that they were put back. */
export function isPlaced(state: DeploymentState, segment: SegmentState, main: Segment): boolean {
  const ended = (what: 'place' | 'unplace') =>
    segment.steps.find(({ n }) => main.steps.some((step) => step.n === n && step.action.do === what))?.outcome
  const placed = ended('place')
  if (placed === undefined || placed === 'skipped' || ended('unplace') === 'ok') return false
  const isSaid = state.facts.some((one) => one.segment === main.name && one.key === 'placed')
  return isSaid || segment.outcome === 'lost'
}

function hasEnded(segment: SegmentState, step: Segment['steps'][number]): boolean {
  const outcome = segment.steps.find((one) => one.n === step.n)?.outcome
  return outcome !== undefined && outcome !== 'running'
}

/** An end that comes without that of each step was written by somebody else, or lines before it were lost. */
function gap(step: Segment['steps'][number], server: string): Failure {
  const message = `The records on ${server} end well, but do not say how ${step.name} ended.`
  return { code: 'internal', server, step: step.name, message }
}

/** Judges the undo segment: null = it is undone. `unflown`: why it never began, if that is known. */
export function judgeUndo(
  state: DeploymentState,
  undo: Segment,
  server: string,
  unflown: Failure | null = null,
): Failure | null {
  const segment = state.segments.find((one) => one.name === undo.name)
  if (segment?.outcome === 'ok') return null
  const cause = unflown ?? (segment?.outcome ? failureOf(state, segment, undo, server) : null)
  const does = (what: Action['do']) => undo.steps.some(({ action }) => action.do === what)
  const isRelease = does('switch') || does('unlink')
  const what = isRelease ? 'The release before' : does('restore') ? 'The variables before' : 'The files before'
  return {
    code: 'undo_failed',
    server,
    ...(cause?.step === undefined ? {} : { step: cause.step }),
    message: `${what} could not be put back: ${cause?.message ?? 'the server was not reached.'}`,
  }
}

/**
 * What was live before the switch, as the server said. A server that died before it could say so switched from what was
 * expected, unless it took over something unexpected: then the new release stays, as nobody knows what to put back.
 */
export function before(state: DeploymentState, main: Segment, switching = main.name): Verdict['undo'] {
  const fact = state.facts.find((one) => one.segment === switching && one.key === 'previous')
  if (fact) return { release: fact.value === '' ? null : fact.value }
  if (main.steps.some(({ action }) => action.do === 'check' && action.adopt)) return null
  return { release: expectedBefore(main) }
}

/** The release that a plan expects to be live when it changes anything. */
function expectedBefore(main: Segment): string | null {
  for (const { action } of main.steps) if (action.do === 'check') return action.expectCurrent
  return null
}

function failureOf(state: DeploymentState, segment: SegmentState, planned: Segment, server: string): Failure {
  const givenUp = state.givenUpTargets.find(({ targetId }) => targetId === segment.targetId) ?? state.givenUp
  if (segment.outcome === 'lost') {
    const last = planned.steps.find(({ n }) => segment.steps.some((one) => one.n === n && one.outcome === 'lost'))
    const step = last && { step: last.name }
    if (!givenUp) {
      const message = `The work on ${server} ended without a word: was the server restarted?`
      return { code: 'server_restarted', server, ...step, message }
    }
    const message = `${server} could not be reached, and ${givenUp.by} gave it up: what happened there since is unknown.`
    return { code: 'connection_lost', server, ...step, message }
  }
  for (const step of planned.steps) {
    const ended = segment.steps.find((one) => one.n === step.n)
    if (!ended || step.phase === 'failure') continue
    if (ended.outcome === 'ok' || ended.outcome === 'skipped' || ended.outcome === 'running') continue
    if (step.failure === 'ignored' && ended.outcome !== 'not_killed') continue
    const said = lastFact(state, segment.name, step.n)
    const code = said?.code ?? codeOf(ended.outcome)
    return {
      code,
      server,
      step: step.name,
      exit: ended.exit,
      message: said?.message ?? sentence(step.name, ended.outcome, ended.exit),
    }
  }
  const ended = `The work on ${server} ended as ${segment.outcome ?? 'unknown'} without a failed step.`
  const message = segment.steps.length === 0 ? `${server} refused to begin with what it was sent.` : ended
  return { code: 'internal', server, message }
}

/** The fact `failure <code> <message>` of a step. */
function lastFact(
  state: DeploymentState,
  segment: string,
  step: number,
): { code: FailureCode; message: string } | null {
  const fact = state.facts.filter((one) => one.segment === segment && one.step === step && one.key === 'failure').at(-1)
  if (!fact) return null
  const [word = '', ...rest] = fact.value.split(' ')
  const code = failureCodes.find((known) => known === word)
  return code ? { code, message: rest.join(' ') } : { code: 'command_failed', message: fact.value }
}

function codeOf(outcome: StepOutcome): FailureCode {
  if (outcome === 'timed_out' || outcome === 'output_limit' || outcome === 'not_killed') return outcome
  return outcome === 'lost' ? 'server_restarted' : 'command_failed'
}

function sentence(step: string, outcome: StepOutcome, exit: number | null): string {
  if (outcome === 'timed_out') return `${step} took too long and was ended.`
  if (outcome === 'output_limit') return `${step} wrote too much and was ended.`
  if (outcome === 'not_killed') return `${step} could not be ended: processes of it are still alive.`
  return exit === null ? `${step} failed.` : `${step} ended with exit code ${exit}.`
}
