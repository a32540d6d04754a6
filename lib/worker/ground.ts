// What planning stands on, whether a flight plans or a preview that flies nothing.
import { PanelError } from '@/lib/errors.ts'
import type { Job } from '@/lib/store/jobs.ts'
import type { Worker } from './worker.ts'

export type Ground = {
  worker: Pick<Worker, 'db' | 'secrets' | 'mirrors' | 'hooks'>
  environment: Job['environment']
  /** Ends reading and waiting. */
  signal: AbortSignal
}
export type Target = Ground['environment']['targets'][number]
export type Release = Ground['environment']['releases'][number]

/** The one target of the environment. @throws PanelError invalid when it has none. */
export function targetOf({ environment }: Pick<Ground, 'environment'>): Target {
  const target = environment.targets[0]
  if (!target) throw new PanelError('invalid', 'The environment has no server.')
  return target
}

/** The release that the server was last seen to have live; null for none, or for one that isn't ours. */
export function liveRelease(ground: Pick<Ground, 'environment'>): Release | null {
  const { liveRelease: name } = targetOf(ground)
  return ground.environment.releases.find((release) => release.name === name) ?? null
}
