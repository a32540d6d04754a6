// What planning stands on, whether a flight plans or a preview that flies nothing.
import { PanelError } from '@/lib/errors.ts'
import type { Job } from '@/lib/store/jobs.ts'
import type { Worker } from './worker.ts'

export type Ground = {
  worker: Pick<Worker, 'db' | 'secrets' | 'mirrors' | 'hooks' | 'connector' | 'panelId'>
  environment: Job['environment']
  /** Ends reading and waiting. */
  signal: AbortSignal
}
export type Target = Ground['environment']['targets'][number]
export type Release = Ground['environment']['releases'][number]

/** The first target of the environment, or of those that a run is for. @throws PanelError invalid when there is none. */
export function targetOf({ environment }: Pick<Ground, 'environment'>): Target {
  const target = environment.targets[0]
  if (!target) throw new PanelError('invalid', 'The environment has no server.')
  return target
}

/** What planning for `target` alone stands on. */
export function groundOf({ worker, environment, signal }: Ground, target: Target): Ground {
  return { worker, environment: { ...environment, targets: [target] }, signal }
}

/** Of several servers each has its own releases; what nobody has told of one was begun there at most. */
export function stateOn({ state, onTargets }: Release, target: Target): 'incomplete' | 'complete' | 'removed' {
  const own = onTargets.find(({ targetId }) => targetId === target.id)?.state
  return (own ?? (onTargets.length > 0 ? 'incomplete' : state)) as 'incomplete' | 'complete' | 'removed'
}

/** The release that the first server was last seen to have live; null for none, or for one that isn't ours. */
export function liveRelease(ground: Pick<Ground, 'environment'>): Release | null {
  const { liveRelease: name } = targetOf(ground)
  return ground.environment.releases.find((release) => release.name === name) ?? null
}
