// The repository of a deployment, as this worker's mirror has it.
import { PanelError } from '@/lib/errors.ts'
import type { Commit, Mirror, Plan, Segment, TreeChange, Wanted } from '@/lib/deploy/types.ts'
import { parseOptions } from '@/lib/spec/options.ts'
import { repositoryAddress } from './addresses.ts'
import type { Ground } from './ground.ts'

/** The mirror of the project's repository, not fetched; with what the environment wants of what lies elsewhere. */
export function openMirror(ground: Ground, wanted = wantedOf(ground)): Promise<Mirror> {
  const { worker, environment } = ground
  return worker.mirrors.open(repositoryAddress(environment.project, worker.secrets), wanted)
}

function wantedOf({ environment }: Ground): Wanted {
  const { submodules, lfs, subdirectory } = parseOptions(environment.options)
  return { submodules, lfs, within: subdirectory }
}

/** What the plan was made with, whatever the environment wants by now. */
function wantedBy(plan: Plan): Wanted {
  const wanted: Wanted = { submodules: false, lfs: false, within: '' }
  for (const { action } of plan.segments.flatMap(({ steps }) => steps)) {
    if (action.do === 'release') wanted.within = action.subdirectory ?? ''
    if (action.do !== 'tree') continue
    wanted.submodules = action.contents?.submodules !== undefined
    wanted.lfs = action.contents?.lfs !== undefined
  }
  return wanted
}

/**
 * What has to be shipped for a segment of `plan`; `dispose` it. Its base may be another than the plan's, when this worker's
 * mirror doesn't know that one.
 */
export async function changeFor(ground: Ground, plan: Plan, { steps }: Segment): Promise<TreeChange | null> {
  for (const { action } of steps) {
    if (action.do !== 'tree') continue
    const mirror = await openMirror(ground, wantedBy(plan))
    await resolved(ground, mirror, plan.revision)
    const change = await mirror.change(action.base, plan.revision, { signal: ground.signal })
    if (change.revision === action.revision) return change
    await change.dispose()
    throw new PanelError('conflict', 'What the commit’s submodules or files in Git LFS hold is not what was planned.')
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
