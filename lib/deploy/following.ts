// Whether a commit is deployed by itself: the judgement over facts that were gathered in the repository and in the database. What a
// Git host told only made somebody look: the repository says what is newer (complaints 79–87: older over newer, one push twice).
import type { Outcome } from '../spec/push.ts'
import type { Triggers } from '../spec/triggers.ts'
import { firstMatch, meansAnyPath } from '../spec/patterns.ts'

/** A branch or tag as the repository has it now; `commit` null = it hasn't. */
export type Candidate = { kind: 'branch' | 'tag'; name: string; commit: string | null; message: string }

/**
 * A commit that the environment has got, or is about to get, and what the candidate is to it. Of a commit that isn't the tip of its
 * branch `older` also means that it lacks what the branch has: it was merged there, or comes from before a merge.
 */
export type Known = {
  what: 'last' | 'live' | 'left' | 'under way' | 'waiting'
  commit: string
  /** Number of the deployment that a person asked for and that brings it; it may yet fail. Null = none does. */
  ofPerson: number | null
  relation: 'same' | 'older' | 'newer' | 'apart'
}

export type FollowingFacts = {
  triggers: Triggers
  /** The environment's own. */
  branch: string
  known: readonly Known[]
  /** Paths that differ from what is live; null = nothing is live that it could be held against. */
  changed: readonly string[] | null
  /** Of the candidate, by name. */
  checks: Readonly<Record<string, 'passed' | 'failed' | 'waiting'>>
  /** Why nothing is deployed by itself at present, in a sentence. */
  held: { why: 'rolled_back' | 'hold' | 'freeze'; words: string } | null
}

/**
 * `rules`: these have changed since it began to wait, and it is judged anew. `under_way`: what a person is deploying is newer, unless that
 * fails.
 */
export type WaitsFor = 'checks' | 'rolled_back' | 'hold' | 'freeze' | 'rules' | 'under_way'
export type Judgement = { outcome: Outcome['outcome']; words: string; waitsFor?: WaitsFor }

/** The commit that is deployed by itself as soon as nothing holds it back. */
export type Waiting = { kind: 'branch' | 'tag'; name: string; commit: string; why: WaitsFor; words: string }

/** The rule that a branch or tag falls under: tags are asked first, the first pattern that matches wins. Null = none. */
export function ruleFor(
  triggers: Triggers,
  branch: string,
  { kind, name }: Pick<Candidate, 'kind' | 'name'>,
): string | null {
  if (!triggers.isOn) return null
  if (kind === 'tag') return firstMatch(triggers.tags, name)
  if (triggers.branches.length > 0) return firstMatch(triggers.branches, name)
  return triggers.tags.length === 0 && name === branch ? branch : null
}

/** Of a commit message: continuous integration, and with it Fairlead, is to leave this commit alone (Zerops, seeds §2.7). */
function isSkipped(message: string): boolean {
  return /\[(skip ci|ci skip)\]/i.test(message)
}

/** What becomes of the candidate in one environment. The order of the questions is the order in which they are told. */
export function judge(candidate: Candidate, facts: FollowingFacts): Judgement {
  const { triggers } = facts
  const name = `${candidate.kind === 'tag' ? 'Tag' : 'Branch'} “${candidate.name}”`
  if (!triggers.isOn) return { outcome: 'no_rule', words: 'Pushes are not followed here.' }
  if (ruleFor(triggers, facts.branch, candidate) === null)
    return { outcome: 'no_rule', words: `${name} is not followed here.` }
  if (candidate.commit === null) return { outcome: 'deleted', words: `${name} is gone.` }
  if (isSkipped(candidate.message)) return { outcome: 'skipped', words: 'The commit message says [skip ci].' }
  const same = facts.known.find(({ relation }) => relation === 'same')
  if (same) return { outcome: 'already', words: already[same.what] }
  const newer = facts.known.find(({ relation, ofPerson }) => relation === 'older' && ofPerson === null)
  if (newer) return { outcome: 'older', words: `It is older than ${newerThan[newer.what]} (${short(newer.commit)}).` }
  if (facts.changed && triggers.paths.length > 0 && !meansAnyPath(triggers.paths, facts.changed))
    return { outcome: 'paths', words: 'Nothing changed in the paths that are followed.' }
  const failed = triggers.checks.filter((check) => facts.checks[check] === 'failed')
  if (failed.length > 0) return { outcome: 'waits', words: `Failed: ${failed.join(', ')}.`, waitsFor: 'checks' }
  const missing = triggers.checks.filter((check) => facts.checks[check] !== 'passed')
  if (missing.length > 0) return { outcome: 'waits', words: `Waits for ${missing.join(', ')}.`, waitsFor: 'checks' }
  if (facts.held) return { outcome: 'waits', words: facts.held.words, waitsFor: facts.held.why }
  const perhaps = facts.known.find(({ relation }) => relation === 'older')
  if (perhaps) {
    const words = `It is older than what deployment ${perhaps.ofPerson} brings (${short(perhaps.commit)}): waits for how that ends.`
    return { outcome: 'waits', words, waitsFor: 'under_way' }
  }
  return { outcome: 'deploys', words: `${name} is deployed.` }
}

/**
 * What waits once the candidate was judged. `onlyChecked`: it is a commit that somebody said something of, which needn't be the one
 * that its branch has now. What only has to be let go stays before what may never pass its checks.
 */
export function waitingAfter(
  before: Waiting | null,
  { kind, name, commit, onlyChecked }: Pick<Candidate, 'kind' | 'name' | 'commit'> & { onlyChecked: boolean },
  { outcome, words, waitsFor }: Judgement,
): Waiting | null {
  const isSameRef = before?.kind === kind && before.name === name
  if (outcome === 'failed') return before
  if (outcome === 'deploys') {
    const isPassedBy = !onlyChecked || !isSameRef || before.commit === commit || before.why !== 'checks'
    return isPassedBy ? null : before
  }
  if (outcome === 'waits' && commit !== null && waitsFor) {
    const goesOn = before !== null && before.commit !== commit && waitsFor === 'checks'
    const other = goesOn && (onlyChecked || (!isSameRef && before.why !== 'checks'))
    return other ? before : { kind, name, commit, why: waitsFor, words }
  }
  // Whatever else came of the branch: what waited of it is not what it is now.
  return isSameRef && (!onlyChecked || before.commit === commit) ? null : before
}

const already: Record<Known['what'], string> = {
  last: 'It was deployed by itself already.',
  live: 'It is live already.',
  left: 'Somebody rolled it back.',
  'under way': 'It is being deployed already.',
  waiting: 'It waits already.',
}
const newerThan: Record<Known['what'], string> = {
  last: 'what was deployed by itself last',
  live: 'what is live',
  left: 'what somebody rolled back',
  'under way': 'what is being deployed',
  waiting: 'what waits',
}

function short(commit: string): string {
  return commit.slice(0, 7)
}
