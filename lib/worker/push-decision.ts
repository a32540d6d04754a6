// What becomes of a branch or tag in each environment that follows something: judged, and done as one with what it was judged over.
import { ruleFor } from '@/lib/deploy/following.ts'
import { PanelError } from '@/lib/errors.ts'
import type { Outcome } from '@/lib/spec/push.ts'
import { readTriggers } from '@/lib/spec/triggers.ts'
import { isDatabaseAway } from '@/lib/store/away.ts'
import type { Database } from '@/lib/store/database.ts'
import { deployByItself, findFollowing, findFollowingOf, letWait, pusher, whileSame } from '@/lib/store/following.ts'
import type { FollowingRow } from '@/lib/store/following.ts'
import { requestCancel } from '@/lib/store/wishes.ts'
import { judgeBest } from './push-choice.ts'
import type { Ground, Looked } from './push-choice.ts'
import { isExpected, wordsOf } from './push-words.ts'

/** `isBroken`: in some of them nobody could tell, which may be otherwise the next time. */
export type Decided = { outcomes: Outcome[]; isBroken: boolean }

/** Environments that want checks to have passed: where none does, nothing said of a commit is news. */
export async function findChecked(db: Database, projectId: string): Promise<FollowingRow[]> {
  return (await findFollowing(db, projectId)).filter(wantsChecks)
}

function wantsChecks({ triggers }: FollowingRow): boolean {
  return readTriggers(triggers).checks.length > 0
}

/**
 * One outcome an environment. What is wrong with one of them is said there, and keeps no other from being deployed. `checked`: those that
 * wanted checks when the turn began; of the many branches that lead to a commit most are followed by none of them.
 */
export async function inEnvironments(
  ground: Ground,
  looked: Looked,
  checked: readonly FollowingRow[],
): Promise<Decided> {
  const decided: Decided = { outcomes: [], isBroken: false }
  for (const row of await rowsFor(ground, looked, checked)) {
    if (looked.onlyChecked && !wantsChecks(row)) continue
    const { environmentId } = row
    try {
      decided.outcomes.push(await decideAgain(ground, row, looked))
    } catch (error) {
      if (isDatabaseAway(error)) throw error
      decided.isBroken ||= !(error instanceof PanelError)
      if (!isExpected(error)) ground.worker.log.error({ err: error, environmentId }, 'a push could not be judged')
      const { name: ref, commit } = looked
      decided.outcomes.push({ environmentId, ref, commit, outcome: 'failed', words: wordsOf(error) })
    }
  }
  return decided
}

/** As they are now. */
async function rowsFor(
  { worker: { db }, projectId }: Ground,
  looked: Looked,
  checked: readonly FollowingRow[],
): Promise<FollowingRow[]> {
  if (!looked.onlyChecked) return findFollowing(db, projectId)
  const follow = checked.filter(({ triggers, branch }) => ruleFor(readTriggers(triggers), branch, looked) !== null)
  const rows = await Promise.all(follow.map(({ environmentId }) => findFollowingOf(db, environmentId)))
  return rows.filter((row) => row !== null)
}

/** A freeze or a hold may begin between the judgement and the queue. */
async function decideAgain(ground: Ground, first: FollowingRow, looked: Looked): Promise<Outcome> {
  let row = first
  for (let tries = 1; ; tries += 1)
    try {
      return await decide(ground, row, looked)
    } catch (error) {
      if (!(error instanceof PanelError && error.code === 'conflict' && tries < 3)) throw error
      row = (await findFollowingOf(ground.worker.db, first.environmentId)) ?? first
    }
}

/** Whoever changes meanwhile what the judgement was made over makes another one necessary. */
async function decide(ground: Ground, first: FollowingRow, looked: Looked): Promise<Outcome> {
  const { db } = ground.worker
  const { environmentId } = first
  let row: FollowingRow | null = first
  while (row) {
    const judged = row
    const { commit, judgement, waiting } = await judgeBest(ground, row, looked)
    const said = { environmentId, ref: looked.name, commit, outcome: judgement.outcome, words: judgement.words }
    // Most environments follow another branch: nothing is to be written about that.
    if (judgement.outcome === 'no_rule' && waiting === row.waiting) return said
    const done = await whileSame(db, row, async (client) => {
      const { kind, name } = looked
      const ref = kind === 'tag' ? `refs/tags/${name}` : name
      const { cancelRunning } = readTriggers(judged.triggers)
      const isDeployed = judgement.outcome === 'deploys' && commit !== null
      const made = isDeployed
        ? await deployByItself(client, judged, { ref, commit, byName: 'a push', cancelRunning })
        : null
      if (waiting !== judged.waiting) await letWait(client, environmentId, waiting)
      return made
    })
    if (done === null) return said
    if (done !== 'stale') {
      if (done.cancels !== null) await cancelFor(ground, done.cancels, done.number)
      return { ...said, words: `Deployment ${done.number}.`, deploymentId: done.id }
    }
    row = await findFollowingOf(db, environmentId)
  }
  const { name: ref, commit } = looked
  return { environmentId, ref, commit, outcome: 'failed', words: 'The environment was removed meanwhile.' }
}

/** It may have ended by now. */
async function cancelFor({ worker: { db } }: Ground, deploymentId: string, number: number): Promise<void> {
  try {
    await requestCancel(db, { deploymentId, by: pusher, byName: `deployment ${number}, for a newer push` })
  } catch (error) {
    if (!(error instanceof PanelError)) throw error
  }
}
