// Of deployments of kind `remove`: their plan, made only while nobody could want the release back.
import { PanelError } from '@/lib/errors.ts'
import { planHash } from '@/lib/deploy/agreement.ts'
import { draftRemoval } from '@/lib/deploy/plan-removal.ts'
import type { Plan } from '@/lib/deploy/types.ts'
import type { DeploymentSource } from '@/lib/store/deployments.ts'
import { recordPlan } from '@/lib/store/targets.ts'
import { assembled, common } from './drafts.ts'
import type { Flight } from './flight.ts'
import { liveRelease } from './ground.ts'
import type { Ground, Release } from './ground.ts'

/** What was asked for while something else was live may have become wrong. @throws PanelError release_missing, invalid. */
export async function planGone(flight: Flight): Promise<Plan> {
  const { job } = flight
  const source = job.source as DeploymentSource
  const release = job.environment.releases.find((one) => source.type === 'release' && one.number === source.number)
  if (release?.state !== 'complete') throw new PanelError('release_missing', 'This release is no longer on the server.')
  const live = liveRelease(flight)
  if (job.environment.targets.some(({ liveRelease: name }) => release.name === name))
    throw new PanelError('invalid', `Release ${release.number} is live.`)
  if (release === rollBackTarget(flight, live))
    throw new PanelError('invalid', `Release ${release.number} is what a roll back puts live: it stays.`)
  const { name, revision, subject, author, ref } = release
  const run = { number: job.number, at: job.createdAt }
  const plan = await assembled(flight, async (one) =>
    draftRemoval({ ...common(one, run, liveRelease(one), [], []), release: name, revision }),
  )
  await flight.record([{ type: 'resolved', data: { revision, subject, author, ref } }], (write) =>
    recordPlan(write, plan, planHash(plan), release.id),
  )
  return plan
}

/** The rule of findEarlierRelease in lib/store/history.ts. */
function rollBackTarget({ environment }: Pick<Ground, 'environment'>, live: Release | null): Release | undefined {
  return environment.releases
    .filter(({ state, number }) => state === 'complete' && number < (live?.number ?? Infinity))
    .filter(({ deployments }) => deployments.length > 0)
    .at(-1)
}
