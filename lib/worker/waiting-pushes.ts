// Commits that waited for a freeze, a hold or a person: once that is over, the repository is looked at again, as a push that came
// meanwhile may have moved the branch.
import { addDelivery } from '@/lib/store/deliveries.ts'
import { findWaiting } from '@/lib/store/following.ts'
import { holdOf } from '@/lib/store/holds.ts'
import { freezeOf } from './freezes.ts'
import type { PushWorker } from './pushes.ts'

/** Makes a delivery of ours of each that nothing holds back any more. */
export async function tryWaiting({ db }: Pick<PushWorker, 'db'>): Promise<void> {
  const now = new Date()
  for (const row of await findWaiting(db)) {
    const { kind, name, commit, why } = row.waiting
    if (why === 'under_way' && row.underWay.some(({ byPush }) => !byPush)) continue
    if (row.heldWhy !== null || holdOf(row, now) !== null || (await freezeOf(db, row, now)) !== null) continue
    await addDelivery(db, {
      projectId: row.projectId,
      // The same commit, held back by the same thing since the same time, is looked at again once.
      key: `waited ${row.environmentId} ${commit} ${row.waitingSince.getTime()}`,
      event: 'waited',
      words: `${name} waited for the environment.`,
      told: { type: 'pushes', pushes: [{ kind, name, commit, pusher: '' }] },
    })
  }
}
