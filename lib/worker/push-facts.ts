// What a judgement over a push needs to know of the repository and of the environment.
import { judge, ruleFor } from '@/lib/deploy/following.ts'
import type { Candidate, Judgement, Known } from '@/lib/deploy/following.ts'
import type { Mirror } from '@/lib/deploy/types.ts'
import { PanelError } from '@/lib/errors.ts'
import { readTriggers } from '@/lib/spec/triggers.ts'
import { isLiveEverywhere, type FollowingRow } from '@/lib/store/following.ts'
import { holdOf } from '@/lib/store/holds.ts'

/** Whatever is followed, something of it is among more files than that. */
const pathsAtMost = 10_000

export type Surroundings = {
  mirror: Mirror
  /** By name, of one commit. */
  checks: (commit: string) => Promise<Record<string, 'passed' | 'failed' | 'waiting'>>
  /** Until when and why nothing is deployed to the environment; null = it may be. */
  freezeOf: (row: FollowingRow) => Promise<{ words: string } | null>
  now: Date
}

/** The judgement over a candidate as things are now; `tip` is where its branch or tag is. */
export async function judgeNow(
  row: FollowingRow,
  candidate: Candidate & { tip: string | null },
  { mirror, checks, freezeOf, now }: Surroundings,
): Promise<Judgement> {
  const triggers = readTriggers(row.triggers)
  const { commit, tip } = candidate
  const known = { triggers, branch: row.branch, known: [], changed: null, checks: {}, held: null }
  // What nobody follows needs no look at the repository.
  if (commit === null || ruleFor(triggers, row.branch, candidate) === null) return judge(candidate, known)
  const relationTo = (what: Known['what'], other: string | null) => relationOf(mirror, what, other, { commit, tip })
  const last = await relationTo('last', row.lastCommit)
  const all = await Promise.all([...new Set([row.live, ...row.liveOn])].map((other) => relationTo('live', other)))
  const live = all.filter((one) => one !== null)
  const isLive = isLiveEverywhere(row, commit) && row.underWay.length === 0
  const underWay = await Promise.all(
    row.underWay.map(async ({ commit: other, byPush, number }) => {
      const one = await relationTo('under way', other)
      return one && { ...one, known: { ...one.known, ofPerson: byPush ? null : number } }
    }),
  )
  const left = await Promise.all(row.left.map((other) => relationToLeft(mirror, other, { commit, tip })))
  const waits = row.waiting && row.waiting.why !== 'checks' ? row.waiting.commit : null
  const waiting = waits === commit ? null : await relationTo('waiting', waits)
  return judge(candidate, {
    ...known,
    known: [
      // What is live, or about to be, isn't any more once something else has come after it; what only some servers have is new to others.
      ...live.filter(({ known: { relation } }) => relation !== 'same' || isLive),
      ...underWay.filter(
        (one, at) => one?.known.relation !== 'same' || (at === underWay.length - 1 && row.underWay[at]!.isWhole),
      ),
      last,
      ...left,
      ...(waiting?.known.relation === 'older' ? [waiting] : []),
    ].flatMap((one) => (one ? [one.known] : [])),
    changed: live.length > 0 && triggers.paths.length > 0 ? changedOf(live) : null,
    checks: triggers.checks.length > 0 ? await checks(commit) : {},
    held: await heldOf(row, freezeOf, now),
  })
}

/** Held against each of what servers have live; null = nobody can say. */
function changedOf(live: readonly { changed: () => string[] | null }[]): string[] | null {
  const all = live.map(({ changed }) => changed())
  return all.some((one) => one === null) ? null : all.flatMap((one) => one ?? [])
}

async function heldOf(
  row: FollowingRow,
  freezeOf: Surroundings['freezeOf'],
  now: Date,
): Promise<{ why: 'rolled_back' | 'hold' | 'freeze'; words: string } | null> {
  if (row.heldWhy !== null) return { why: 'rolled_back', words: `${row.heldBy} ${row.heldWhy}.` }
  const hold = holdOf(row, now)
  if (hold) return { why: 'hold', words: `${hold.by} holds the environment: ${hold.reason}` }
  const freeze = await freezeOf(row)
  return freeze && { why: 'freeze', words: freeze.words }
}

/** Null when there is nothing to compare, or the repository hasn't got that commit any more: then nobody can say that it is newer. */
async function relationOf(
  mirror: Mirror,
  what: Known['what'],
  known: string | null,
  { commit, tip }: { commit: string; tip: string | null },
): Promise<{ known: Known; changed: () => string[] | null } | null> {
  if (known === null) return null
  const of = { what, commit: known, ofPerson: null }
  if (known === commit) return { known: { ...of, relation: 'same' }, changed: () => [] }
  try {
    const { ahead, behind, changed, files } = await mirror.between(known, commit, { limit: pathsAtMost })
    const isWithout = ahead > 0 && behind > 0 && tip !== null && tip !== commit && (await leadsTo(mirror, tip, known))
    const relation = ahead === 0 || isWithout ? 'older' : behind === 0 ? 'newer' : 'apart'
    return {
      known: { ...of, relation },
      changed: () => (files > pathsAtMost ? null : changed.map(({ path }) => path)),
    }
  } catch (error) {
    if (error instanceof PanelError && error.code === 'not_found') return null
    throw error
  }
}

/** What somebody tried that the branch never had, and rolled back, keeps out what the branch has of it no more than that was wrong. */
async function relationToLeft(
  mirror: Mirror,
  left: string,
  { commit, tip }: { commit: string; tip: string | null },
): ReturnType<typeof relationOf> {
  const relation = await relationOf(mirror, 'left', left, { commit, tip })
  const counts = relation?.known.relation !== 'older' || (tip !== null && (await leadsTo(mirror, tip, left)))
  return counts ? relation : null
}

/** Whether `commit` is in the history of `tip`. */
export async function leadsTo(mirror: Mirror, tip: string, commit: string): Promise<boolean> {
  if ((await mirror.message(commit)) === null) return false
  return (await mirror.between(commit, tip)).behind === 0
}
