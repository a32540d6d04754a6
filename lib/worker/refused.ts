// A segment that a server did not begin with, although it was sent.
import type { Failure, Segment } from '@/lib/deploy/types.ts'
import { recordEnd } from '@/lib/store/segments.ts'
import type { Flight } from './flight.ts'

/** Writes down that it has ended before it began, with what it means for its target; what was never sent stays untold. */
export async function recordRefused(flight: Flight, { name, targetId }: Segment, failure?: Failure): Promise<void> {
  const noted = failure ? [{ type: 'target.failed', data: { segment: name, targetId, failure } } as const] : []
  const isSent = flight.state.segments.some((one) => one.name === name && one.status === 'sent')
  if (!isSent) return flight.record(noted)
  const ended = { type: 'segment.ended', data: { segment: name, outcome: 'failed', at: Date.now() } } as const
  await flight.record([...noted, ended], (write) => recordEnd(write, name, 'ended', 'failed'))
}
