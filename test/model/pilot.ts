// What a worker does next, by what it knows: the order of lib/worker/deployment.ts, with the judgement of lib/worker/judge.ts.
import type { NewEvent } from '@/lib/deploy/events.ts'
import { planUndo } from '@/lib/deploy/plan.ts'
import type { Failure, Segment } from '@/lib/deploy/types.ts'
import { judge, judgeUndo } from '@/lib/worker/judge.ts'
import type { JournalEntry } from '@/lib/deploy/journal.ts'
import type { Operation } from './ledger.ts'
import { planOf, releaseOf } from './plans.ts'
import type { Run } from './server.ts'
import type { DeploymentView, View } from './view.ts'

type Write = Omit<Extract<Operation, { do: 'write' }>, 'do' | 'held'>
/** `write`: to the store, and then on; `fly`: the segment, which was sent before or not. */
export type Next = { do: 'write'; write: Write } | { do: 'fly'; segment: Segment; wasSent: boolean; read: number }

/** The release that is live by what the store says: the last switch that was committed and not undone. */
export function liveBefore(view: View, number: number): string | null {
  let live: string | null = null
  for (const { number: other, state } of view) {
    if (other >= number || !state.committed) continue
    if (!state.undo) live = state.committed.release
    else if (state.segments.find(({ name }) => name === 'undo')?.outcome === 'ok') live = state.undo.release
  }
  return live
}

export function finish(status: 'succeeded' | 'failed' | 'cancelled', failure: Failure | null = null): Next {
  return { do: 'write', write: { events: [{ type: 'finished', data: { status, failure } }] } }
}

/** What a worker knows beside what is stored: that it heard of a wish to cancel, and segments that it saw end. */
export type Known = { cancel: boolean; over: string[] }

/** What comes after what is stored. `live` is what the plan expects. */
export function next(deployment: DeploymentView, live: string | null, { cancel, over }: Known): Next {
  const { state, number } = deployment
  if (cancel && state.segments.length === 0) return finish('cancelled')
  if (state.planHash === null) return plan(number)
  const planned = planOf(number, live)
  const main = planned.segments[0]!
  const flown = fly(deployment, main, over)
  if (flown) return flown
  const verdict = judge(state, main, 'web-1')
  if (!verdict.undo) return finish(verdict.status, verdict.failure)
  const undo = planUndo(planned, verdict.undo.release, state.committed !== null)
  if (!state.undo)
    return write({ type: 'undo.began', data: { segment: 'undo', release: verdict.undo.release, why: '' } })
  const back = fly(deployment, undo, over)
  if (back) return back
  const failure = judgeUndo(state, undo, 'web-1')
  return failure ? finish('failed', failure) : finish(verdict.status, verdict.failure)
}

/** The segment, unless its end is known. */
function fly({ segments }: DeploymentView, segment: Segment, over: string[]): Next | null {
  if (over.includes(segment.name)) return null
  const stored = segments.find(({ name }) => name === segment.name)
  if (stored && stored.state !== 'sent') return null
  return { do: 'fly', segment, wasSent: stored !== undefined, read: stored?.read ?? 0 }
}

function write(...events: NewEvent[]): Next {
  return { do: 'write', write: { events } }
}

function plan(number: number): Next {
  const { revision } = planOf(number, null)
  return write(
    { type: 'resolved', data: { revision, subject: '', author: '', ref: 'main' } },
    { type: 'planned', data: { planHash: `plan ${number}`, release: releaseOf(number) } },
  )
}

/** What the journal says from `read` on, or the end when it says no more; null when there is nothing yet. */
export function news(run: Run, segment: string, read: number): Write | null {
  const entries = run.journal.slice(read).filter(({ type }) => type !== 'close')
  const events = entries.flatMap((entry) => eventsOf(entry, segment, releaseOf(Number(run.id.split('/')[0]))))
  if (entries.length > 0) return { events, segment: { name: segment, read: read + entries.length } }
  const close = run.journal.findLast(({ type }) => type === 'close')
  if (close?.type !== 'close') return null
  const { outcome } = close
  const ended: NewEvent = { type: 'segment.ended', data: { segment, outcome, at: 0 } }
  return { events: [ended], segment: { name: segment, change: 'ended', outcome } }
}

function eventsOf(entry: JournalEntry, segment: string, release: string): NewEvent[] {
  if (entry.type === 'open') return [{ type: 'segment.started', data: { segment, at: 0 } }]
  if (entry.type === 'begin') return [{ type: 'step.began', data: { segment, step: entry.step, at: 0 } }]
  if (entry.type === 'end') {
    const { step, outcome } = entry
    return [{ type: 'step.ended', data: { segment, step, outcome, exit: null, size: 0, at: 0 } }]
  }
  if (entry.type !== 'fact') return []
  const { step, key, value } = entry
  const committed: NewEvent = { type: 'committed', data: { segment, release, at: 0 } }
  const fact: NewEvent = { type: 'step.fact', data: { segment, step, key, value } }
  return key === 'switched' && segment === 'main' ? [fact, committed] : [fact]
}

/** The end of a segment whose runner is gone; `current` is what the server says, null when it isn't asked. */
export function loss({ state }: DeploymentView, segment: Segment, current: string | null): Write {
  const { name } = segment
  const steps = state.segments.find((one) => one.name === name)?.steps ?? []
  const lost = steps.flatMap(({ n, outcome }): NewEvent[] => {
    if (outcome !== 'running') return []
    return [{ type: 'step.ended', data: { segment: name, step: n, outcome: 'lost', exit: null, size: 0, at: 0 } }]
  })
  const isUnsaid = name === 'main' && current !== null && current === state.release && !state.committed
  const committed: NewEvent[] = isUnsaid
    ? [{ type: 'committed', data: { segment: name, release: current, at: 0 } }]
    : []
  const ended: NewEvent = { type: 'segment.ended', data: { segment: name, outcome: 'lost', at: 0 } }
  return { events: [...lost, ...committed, ended], segment: { name, change: 'lost', outcome: 'lost' } }
}
