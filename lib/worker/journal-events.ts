// From the runner's journal to events: pure.
import type { NewEvent } from '@/lib/deploy/events.ts'
import { wallTime } from '@/lib/deploy/journal.ts'
import type { JournalEntry } from '@/lib/deploy/journal.ts'
import type { Plan } from '@/lib/deploy/types.ts'

/** The clock of the server as the journal's first line gives it. */
type ServerClock = { wallMs: number; uptimeCs: number }

/** The events that one entry of segment `segment` stands for. `sum` and `close` are dealt with when the log is complete. */
export function eventsOf(entry: JournalEntry, segment: string, plan: Plan, clock: ServerClock): NewEvent[] {
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
      if ((key !== 'switched' && key !== 'configured') || segment !== 'main') return [fact]
      const at = /^\d+$/.test(value) ? wallTime(clock, Number(value)) : clock.wallMs
      return [fact, { type: 'committed', data: { segment, release: plan.release, at } }]
    }
    case 'sum':
    case 'close':
      return []
  }
}
