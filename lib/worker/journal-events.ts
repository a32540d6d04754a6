// From the runner's journal to events: pure.
import type { NewEvent } from '@/lib/deploy/events.ts'
import type { DeploymentState } from '@/lib/deploy/reducer.ts'
import { wallTime } from '@/lib/deploy/journal.ts'
import type { JournalEntry } from '@/lib/deploy/journal.ts'
import type { Plan, Segment } from '@/lib/deploy/types.ts'

/** The clock of the server as the journal's first line gives it. */
type ServerClock = { wallMs: number; uptimeCs: number }

/** The events that one entry of the segment `of` stands for. `sum` and `close` are dealt with when the log is complete. */
export function eventsOf(entry: JournalEntry, of: Segment, plan: Plan, clock: ServerClock): NewEvent[] {
  const segment = of.name
  switch (entry.type) {
    case 'open':
      return [{ type: 'segment.started', data: { segment, at: entry.wallMs } }]
    case 'begin':
      return [{ type: 'step.began', data: { segment, step: entry.step, at: wallTime(clock, entry.uptimeCs) } }]
    case 'end': {
      const { step, outcome, exit, size } = entry
      return [{ type: 'step.ended', data: { segment, step, outcome, exit, size, at: wallTime(clock, entry.uptimeCs) } }]
    }
    case 'fact': {
      const { step, key, value } = entry
      const fact: NewEvent = { type: 'step.fact', data: { segment, step, key, value } }
      const targetId = of.targetId
      const isUnlinked = key === 'current' && of.steps.some(({ n, action }) => n === step && action.do === 'unlink')
      if (plan.fleet && isUnlinked)
        return [fact, { type: 'switched', data: { segment, targetId, release: null, at: clock.wallMs } }]
      if (key !== 'switched' && key !== 'configured') return [fact]
      const at = /^\d+$/.test(value) ? wallTime(clock, Number(value)) : clock.wallMs
      if (plan.fleet) return [fact, { type: 'switched', data: { segment, targetId, release: releaseAt(of, step), at } }]
      if (segment !== 'main') return [fact]
      return [fact, { type: 'committed', data: { segment, release: plan.release, at } }]
    }
    case 'sum':
    case 'close':
      return []
  }
}

/** What a step that has just changed `current` made it name. */
function releaseAt({ steps }: Segment, n: number): string | null {
  const action = steps.find((step) => step.n === n)?.action
  return action && 'release' in action ? action.release : null
}

/**
 * Of several targets: one was put back, and the lines of the journal that would have said so are gone. `current` is what the server
 * names now ('' = nothing); null = nobody asked.
 */
export function unsaidUndo(
  state: DeploymentState,
  { name: segment, targetId }: Segment,
  current: string | null,
  at: number,
): NewEvent[] {
  const said = state.switched.find((one) => one.targetId === targetId)
  const release = current || null
  if (!segment.startsWith('undo-') || !said || current === null || said.release === release) return []
  return [{ type: 'switched', data: { segment, targetId, release, at } }]
}
