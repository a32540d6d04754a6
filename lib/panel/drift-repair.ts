// What puts the live release right: itself, or its commit again when no server has it as it was deployed.
import type { DriftView } from '@/lib/api/shapes-drift.ts'
import type { PlanKind } from '@/lib/deploy/types.ts'
import type { DeploymentSource } from '@/lib/store/deployments.ts'

type Live = {
  number: number
  ref: string
  revision: string
  onTargets: { targetId: string; state: string }[]
}
type Repair = { kind: PlanKind; source: DeploymentSource; onlyWhenIdle: true }

/**
 * `targetIds`: the servers that it is for. Deploying again makes another release, so that is for all of the environment's servers or for none: where
 * only some are meant, nothing but the release itself will do.
 */
export function repairOf(live: Live, views: DriftView[], targetIds: string[]): Repair {
  const isForAll = views.every(({ targetId }) => targetIds.includes(targetId))
  const hasSource = views.some((view) => hasWhole(live, view))
  const { number, ref, revision } = live
  const source: DeploymentSource =
    isForAll && !hasSource
      ? { type: 'git', ref, commit: revision, repair: true }
      : { type: 'release', number, repair: true }
  return { kind: source.type === 'git' ? 'deploy' : 'activate', source, onlyWhenIdle: true }
}

/** As far as is known: it was finished there, and who looked last found nothing of it changed. Where “current” leads is no matter. */
function hasWhole({ onTargets }: Live, { targetId, drift }: DriftView): boolean {
  const isFinished = onTargets.some((one) => one.targetId === targetId && one.state === 'complete')
  const isChanged = drift?.differences.some(
    ({ part, level }) => level === 'difference' && ['release', 'files', 'variables'].includes(part),
  )
  return isFinished && !isChanged
}
