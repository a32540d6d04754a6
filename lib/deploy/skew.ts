// How far apart the servers of a batch switched. Each says so by its own clock; how far that is from ours is bounded by what
// was written before and after: a segment starts after it was sent, and whatever happened had happened before we wrote it down.
import type { DeploymentEvent } from './events.ts'

/** A server's clock minus ours lies between the two (ms). */
type Bounds = { least: number; most: number }

type Skew = { spreadMs: number; errorMs: number }

/** The widest of all batches, and how much of it may be the comparison of clocks; null before two servers of one have switched. */
export function switchSkew(events: readonly DeploymentEvent[]): Skew | null {
  const clocks = readClocks(events)
  const moments = new Map<string, { at: number; errorMs: number }>()
  const batches: (readonly string[])[] = []
  for (const { type, data } of events) {
    if (type === 'batch.began') batches.push(data.targetIds)
    if (type !== 'switched' || moments.has(data.targetId)) continue
    const clock = clocks.get(data.targetId)
    if (!clock || !Number.isFinite(clock.least + clock.most)) continue
    const ahead = (clock.least + clock.most) / 2
    moments.set(data.targetId, { at: data.at - ahead, errorMs: Math.abs(clock.most - clock.least) / 2 })
  }
  const skews = batches.flatMap((targetIds) => {
    const inOrder = targetIds.flatMap((id) => moments.get(id) ?? []).sort((a, b) => a.at - b.at)
    const [first, last] = [inOrder[0], inOrder.at(-1)]
    if (!first || !last || first === last) return []
    return [{ spreadMs: Math.round(last.at - first.at), errorMs: Math.round(first.errorMs + last.errorMs) }]
  })
  return skews.sort((a, b) => b.spreadMs - a.spreadMs)[0] ?? null
}

/** By target. What was written for a server that was lost has our time, and says nothing of its clock. */
function readClocks(events: readonly DeploymentEvent[]): Map<string, Bounds> {
  const sent = new Map<string, { targetId: string; at: number }>()
  const clocks = new Map<string, Bounds>()
  const narrow = (segment: string, bounds: Partial<Bounds>): void => {
    const targetId = sent.get(segment)?.targetId
    if (targetId === undefined) return
    const known = clocks.get(targetId) ?? { least: -Infinity, most: Infinity }
    clocks.set(targetId, {
      least: Math.max(known.least, bounds.least ?? -Infinity),
      most: Math.min(known.most, bounds.most ?? Infinity),
    })
  }
  for (const { type, data, at } of events) {
    const seenAt = Date.parse(at)
    if (type === 'segment.sent' && !sent.has(data.segment))
      sent.set(data.segment, { targetId: data.targetId, at: seenAt })
    if (type === 'segment.started')
      narrow(data.segment, { least: data.at - seenAt, most: data.at - (sent.get(data.segment)?.at ?? -Infinity) })
    if (type === 'step.began' || (type === 'step.ended' && data.outcome !== 'lost'))
      narrow(data.segment, { least: data.at - seenAt })
  }
  return clocks
}
