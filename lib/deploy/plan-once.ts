// What runs once for all servers of a run: in a stage of its own, on the first server, or on the next one that goes on when that has failed before.
import type { Plan, PlannedTarget, Segment } from './types.ts'

/** A lane that is nothing but a hook that runs once. */
export function isOnce({ name }: Pick<Segment, 'name'>): boolean {
  return name.startsWith('once-')
}

/**
 * Whether a target can do instead what `segment` does: a hook that runs in what is live needs something live. What it runs in on its
 * own server is told by the server itself.
 */
export function canTakeOver({ release }: Plan, segment: Segment, { live }: PlannedTarget): boolean {
  const isOfNew = ({ action }: Segment['steps'][number]) => action.do === 'hook' && action.hook.release === release
  return live !== null || segment.steps.every(isOfNew)
}

/** The same plan with `name`, which has been sent to nobody, on another target. */
export function onceOn(plan: Plan, name: string, targetId: string): Plan {
  const exports = plan.segments.find((one) => one.targetId === targetId)?.exports
  return {
    ...plan,
    segments: plan.segments.map((one) => (one.name === name ? { ...one, targetId, ...(exports && { exports }) } : one)),
    stages: plan.stages.map((stage) => ({
      ...stage,
      batches: stage.batches.map(({ lanes }) => ({
        lanes: lanes.map((lane) => (lane.segment === name ? { ...lane, targetId } : lane)),
      })),
    })),
  }
}

/** Steps of the way back that run once, with the segment that has them. */
export function onceOnWayBack({ segments }: Plan): { segment: Segment; step: Segment['steps'][number] }[] {
  const back = segments.filter(({ name }) => /^(undo|failure)-/.test(name))
  return back.flatMap((segment) =>
    segment.steps.flatMap((step) => (step.action.do === 'hook' && step.action.hook.once ? [{ segment, step }] : [])),
  )
}
