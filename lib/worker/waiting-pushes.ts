// Commits that waited for a freeze, a hold or a person: once that is over, the repository is looked at again, as a push that came
// meanwhile may have moved the branch. Whatever one waits for, it is looked at when something else was deployed, which may have it.
import { addDelivery } from '@/lib/store/deliveries.ts'
import { findWaiting, type WaitingRow } from '@/lib/store/following.ts'
import { holdOf } from '@/lib/store/holds.ts'
import { freezeOf } from './freezes.ts'
import type { PushWorker } from './pushes.ts'

/** Makes a delivery of ours of each that nothing holds back any more, and of each that may be live by now. */
export async function tryWaiting({ db }: Pick<PushWorker, 'db'>): Promise<void> {
  for (const row of await findWaiting(db)) {
    const { environmentId, deployedSince, waiting, waitingSince } = row
    const { kind, name, commit } = waiting
    // The same commit, held back by the same thing since the same time, is looked at again once.
    const key = `waited ${environmentId} ${commit} ${waitingSince.getTime()}`
    const own = {
      projectId: row.projectId,
      event: 'waited',
      told: { type: 'pushes' as const, pushes: [{ kind, name, commit, pusher: '' }] },
    }
    if (await isFree(db, row)) await addDelivery(db, { ...own, key, words: `${name} waited for the environment.` })
    else if (deployedSince !== null) {
      const words = `${name} waits, and deployment ${deployedSince} has succeeded meanwhile.`
      await addDelivery(db, { ...own, key: `${key} ${deployedSince}`, words, isOnce: true })
    }
  }
}

/** Of what waits for checks the Git host tells. */
async function isFree(db: PushWorker['db'], row: WaitingRow): Promise<boolean> {
  const { why } = row.waiting
  if (why === 'checks' || row.heldWhy !== null || holdOf(row, new Date()) !== null) return false
  if (why === 'under_way' && row.underWay.some(({ byPush }) => !byPush)) return false
  return (await freezeOf(db, row, new Date())) === null
}
