// The repository of a deployment, as this worker's mirror has it.
import { PanelError } from '@/lib/errors.ts'
import type { Commit, Mirror, Plan, TreeChange } from '@/lib/deploy/types.ts'
import { repositoryAddress } from './addresses.ts'
import type { Ground } from './ground.ts'

/** The mirror of the project's repository, not fetched. */
export function openMirror({ worker, environment }: Ground): Promise<Mirror> {
  return worker.mirrors.open(repositoryAddress(environment.project, worker.secrets))
}

/**
 * What has to be shipped for `plan`; `dispose` it. Its base may be another than the plan's, when this worker's mirror
 * doesn't know that one.
 */
export async function changeFor(ground: Ground, plan: Plan): Promise<TreeChange | null> {
  for (const { action } of plan.segments[0]!.steps) {
    if (action.do !== 'tree') continue
    const mirror = await openMirror(ground)
    await resolved(ground, mirror, action.revision)
    return mirror.change(action.base, action.revision)
  }
  return null
}

/** A commit that another worker knew may be unknown to this one's mirror: then, and only then, it is fetched. */
export async function resolved(ground: Ground, mirror: Mirror, revision: string): Promise<Commit> {
  try {
    return await mirror.resolve(revision)
  } catch (error) {
    if (!isNotFound(error)) throw error
    await fetch(ground, mirror)
    return mirror.resolve(revision)
  }
}

export function fetch({ signal }: Pick<Ground, 'signal'>, mirror: Mirror): Promise<void> {
  return mirror.fetch({ signal })
}

export function isNotFound(error: unknown): boolean {
  return error instanceof PanelError && error.code === 'not_found'
}
