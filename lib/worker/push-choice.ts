// Which commit of a branch or tag it is that counts for an environment: the newest, or the newest before it that may be deployed.
import { waitingAfter } from '@/lib/deploy/following.ts'
import type { Candidate, Judgement, Waiting } from '@/lib/deploy/following.ts'
import type { Mirror } from '@/lib/deploy/types.ts'
import { readTriggers } from '@/lib/spec/triggers.ts'
import { checksOf } from '@/lib/store/checks.ts'
import type { FollowingRow } from '@/lib/store/following.ts'
import { passedOf, wasDeployedByItself, wasPushedHere } from '@/lib/store/pushed.ts'
import { freezeOf } from './freezes.ts'
import { judgeNow, leadsTo } from './push-facts.ts'
import type { PushWorker } from './pushes.ts'

/**
 * A branch or tag, and the commit that is to be judged as its own. `tip`: where it is now. `told`: the commit that the push was of, which
 * is the one to deploy where the newest one asks to be left alone. `onlyChecked`: something was said of a commit that it leads to, which
 * is news only where checks are wanted.
 */
export type Looked = Omit<Candidate, 'message'> & { tip: string | null; told: string | null; onlyChecked: boolean }
export type Ground = { worker: PushWorker; mirror: Mirror; projectId: string }

type Judged = { commit: string; judgement: Judgement }
/** `waiting`: what waits from now on; the same as before where nothing changes. */
type Best = { commit: string | null; judgement: Judgement; waiting: Waiting | null }

/**
 * Of the newest commit; where that asks to be left alone or waits for checks, of the newest before it that may be deployed, so that no
 * commit is passed by because of one that never will be.
 */
export async function judgeBest(ground: Ground, row: FollowingRow, looked: Looked): Promise<Best> {
  const { commit, onlyChecked } = looked
  const before = row.waiting
  const best = (of: string | null, judgement: Judgement): Best => {
    return { commit: of, judgement, waiting: waitingAfter(before, { ...looked, commit: of }, judgement) }
  }
  if (!row.hasServer) return best(commit, { outcome: 'failed', words: 'The environment has no server yet.' })
  const newest = await judgeOne(ground, row, looked)
  const strange =
    newest.outcome === 'deploys' || newest.outcome === 'waits' ? await strangeHere(ground, row, looked) : null
  if (strange !== null) return best(commit, strange)
  const isSkipped = newest.outcome === 'skipped'
  const isNews = !onlyChecked || (before?.commit === commit && before.why !== 'checks')
  if (commit === null || !isNews || !(isSkipped || newest.waitsFor === 'checks')) return best(commit, newest)

  const all = await judgeOthers(ground, row, { ...looked, commit }, isSkipped)
  const deployed = await newestOf(ground.mirror, all, ({ outcome }) => outcome === 'deploys')
  if (deployed) return { ...deployed, waiting: waitingAfter(null, looked, newest) }
  const held =
    (await newestOf(ground.mirror, all, ({ waitsFor }) => waitsFor && waitsFor !== 'checks')) ??
    (isSkipped ? await newestOf(ground.mirror, all, ({ waitsFor }) => waitsFor) : null)
  const ofTold = all.find((one) => one.commit === looked.told)
  const said = isSkipped && ofTold ? best(ofTold.commit, ofTold.judgement) : best(commit, newest)
  return held ? { ...said, waiting: best(held.commit, held.judgement).waiting } : said
}

/**
 * Why a commit of which something was said is no news of a branch; null = it is. Anybody may have an old check run again, and many branches
 * lead to its commit: only what a branch was pushed at counts as its own, and once.
 */
async function strangeHere(
  { worker: { db } }: Ground,
  row: FollowingRow,
  { kind, name, commit, tip, onlyChecked }: Looked,
): Promise<Judgement | null> {
  if (!onlyChecked || commit === null) return null
  const { waiting, lastRef } = row
  if (waiting?.kind === kind && waiting.name === name && waiting.commit === commit) return null
  if (await wasDeployedByItself(db, row.environmentId, commit))
    return { outcome: 'already', words: 'It was deployed by itself before.' }
  if (commit === tip) return null
  if (!(await wasPushedHere(db, row, { kind, name, commit })))
    return { outcome: 'no_rule', words: `Branch “${name}” was not pushed at this commit since it is followed here.` }
  if (lastRef === null || lastRef === name) return null
  return { outcome: 'older', words: `Branch “${name}” has moved on, and “${lastRef}” was deployed by itself since.` }
}

async function judgeOne(
  { worker: { db }, mirror, projectId }: Ground,
  row: FollowingRow,
  { kind, name, commit, tip }: Looked,
): Promise<Judgement> {
  const message = commit === null ? '' : ((await mirror.message(commit)) ?? '')
  return judgeNow(
    row,
    { kind, name, commit, tip, message },
    {
      mirror,
      checks: (of) => checksOf(db, projectId, of),
      freezeOf: (of) => freezeOf(db, of),
      now: new Date(),
    },
  )
}

/** Commits before the newest that may count in its place; what waits of the branch so far is one of those. */
async function judgeOthers(
  ground: Ground,
  row: FollowingRow,
  newest: Looked & { commit: string },
  isSkipped: boolean,
): Promise<Judged[]> {
  const { kind, name, told } = newest
  const waits = row.waiting?.kind === kind && row.waiting.name === name ? row.waiting.commit : null
  const { checks } = readTriggers(row.triggers)
  const others = isSkipped ? [told, waits] : [waits, ...(await passedOf(ground.worker.db, row, newest, checks))]
  const all: Judged[] = []
  for (const commit of new Set(others)) {
    if (commit === null || commit === newest.commit) continue
    if (!(await leadsTo(ground.mirror, newest.commit, commit))) continue
    const as = waits === null ? row : { ...row, waiting: null }
    all.push({ commit, judgement: await judgeOne(ground, as, { ...newest, commit }) })
  }
  return all
}

/** Of those that are all in the history of one commit. */
async function newestOf(
  mirror: Mirror,
  all: readonly Judged[],
  counts: (judgement: Judgement) => unknown,
): Promise<Judged | null> {
  let newest: Judged | null = null
  for (const one of all)
    if (counts(one.judgement) && (newest === null || (await leadsTo(mirror, one.commit, newest.commit)))) newest = one
  return newest
}
