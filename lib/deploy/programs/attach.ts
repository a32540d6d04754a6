// Attach: follow a segment that was started, from committed offsets.
import { following } from './follow.ts'
import { assign, attached, common, contextVariables, segmentName } from './text.ts'
import type { TargetContext } from './text.ts'

/** Offsets that are safely stored: `journal` at the end of a complete line, `steps` step number → bytes of its log. */
export type Offsets = { journal: number; steps: Record<number, number> }

/** Frames from those offsets to the end of the segment; `X missing` when there is no such segment here. */
export function attachProgram(ctx: TargetContext, segment: string, offsets: Offsets): string {
  const steps = Object.entries(offsets.steps).map(([n, offset]) => `${Number(n)}:${Math.trunc(offset)}`)
  return [
    contextVariables(ctx),
    assign({ seg: segmentName(segment), from: Math.trunc(offsets.journal), steps: steps.join(' ') }),
    common,
    attached,
    following,
    'enter\nd=.fairlead/run/$dep/$seg\n[ -d "$d" ] || refuse missing "$dep/$seg"\nsame\nfollow attached\n',
  ].join('')
}
