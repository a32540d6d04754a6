// Whether a target has what is to become live there; what it lacks, or has otherwise, it gets from another.
import { takingOver, withCopy } from '@/lib/deploy/plan-copy.ts'
import type { PlanDrafts } from '@/lib/deploy/plan-steps.ts'
import type { Look } from '@/lib/deploy/look.ts'
import { readTargets } from '@/lib/store/jobs.ts'
import { chooseCopy } from './copy.ts'
import { stateOn, targetOf } from './ground.ts'
import type { Ground, Release } from './ground.ts'
import { lookAt } from './look.ts'

/**
 * The drafts of an activation on one target, with the release brought along where it isn't. `repair` looks at the server first: what
 * it says counts, not what was known. @throws PanelError release_missing: no other server has it; unreachable …
 */
export async function broughtAlong(
  ground: Ground,
  drafts: PlanDrafts,
  release: Release,
  repair: boolean,
): Promise<PlanDrafts> {
  const { worker, environment, signal } = ground
  const target = targetOf(ground)
  const recorded = release.onTargets.find(({ targetId }) => targetId === target.id)?.manifestHash ?? null
  const look = repair && (await lookAt(worker, target, { release: release.name, recorded, record: false }, signal))
  const current = look ? look.current : null
  const onto = look ? takingOver(drafts, current?.includes('/') ? null : current) : drafts
  if (look ? isWhole(look, recorded) : stateOn(release, target) === 'complete') return onto
  const targets = await readTargets(worker.db, environment.id)
  const { from, ...copy } = await chooseCopy(worker, targets, release, target, signal)
  return withCopy(onto, { ...copy, from: from.id, home: from.root })
}

/** What programs added since it was finished doesn't matter. */
function isWhole({ release }: Look, recorded: string | null): boolean {
  if (!release || release.revision === null || release.env !== release.planned) return false
  if (recorded === null || release.manifest === recorded) return true
  return release.compared !== null && release.compared.files.every(({ change }) => change === 'added')
}
