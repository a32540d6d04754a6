// Follows repositories: takes what Git hosts told, looks at the repository itself, and deploys what is newer where somebody wants that.
// What a delivery claims is only a reason to look, so that repeated, late, forged and disordered ones change nothing.
import type { Mirror, Ref } from '@/lib/deploy/types.ts'
import { PanelError } from '@/lib/errors.ts'
import { told } from '@/lib/spec/push.ts'
import type { Outcome, Told } from '@/lib/spec/push.ts'
import { isDatabaseAway } from '@/lib/store/away.ts'
import { findAskedProject } from '@/lib/store/asked.ts'
import { keepChecks } from '@/lib/store/checks.ts'
import { handled, putOff, takeDeliveries } from '@/lib/store/deliveries.ts'
import type { TakenDelivery } from '@/lib/store/deliveries.ts'
import type { FollowingRow } from '@/lib/store/following.ts'
import { repositoryAddress } from './addresses.ts'
import type { Ground, Looked } from './push-choice.ts'
import { findChecked, inEnvironments } from './push-decision.ts'
import type { Decided } from './push-decision.ts'
import { leadsTo } from './push-facts.ts'
import { isExpected, wordsOf } from './push-words.ts'
import type { Worker } from './worker.ts'

export type PushWorker = Pick<Worker, 'db' | 'secrets' | 'mirrors' | 'log'>

/** A branch or tag that isn't where it was told to be gets there in so many looks, or has gone on to elsewhere. */
const looksForMoved = 5

/** How often a commit that isn't there yet, or a repository that doesn't answer, is asked for again, in ms. */
const again = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000]

/** Longer than the first fetch of a large repository over a slow line. */
const lookMs = 30 * 60_000

type Seen = { mirror: Mirror; tips: Map<string, string> }
/** What is the same for all that is followed together. `made`: what was judged so far. */
type Turn = Seen & { checked: readonly FollowingRow[]; made: Map<string, Decided> }

/** Takes the deliveries of one project and sees to them. False = nothing was due. Never rejects because of a repository. */
export async function followOnce(worker: PushWorker, signal: AbortSignal): Promise<boolean> {
  const taken = await takeDeliveries(worker.db)
  if (taken.length > 0) await followTaken(worker, taken, signal)
  return taken.length > 0
}

/** All of one project. What can't be said of a delivery now is tried again, later and later, and told in the end. */
export async function followTaken(
  worker: PushWorker,
  taken: readonly TakenDelivery[],
  signal: AbortSignal,
): Promise<void> {
  /** What goes wrong with some is said there, and keeps no other from being followed. Null = something did. */
  const orAgain = async <T>(some: readonly TakenDelivery[], work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work()
    } catch (error) {
      signal.throwIfAborted()
      if (isDatabaseAway(error)) throw error
      if (!isExpected(error))
        worker.log.error({ err: error, deliveries: some.map(({ id }) => id) }, 'a push could not be followed')
      for (const delivery of some) await tryAgain(worker, delivery, [nowhere('failed', wordsOf(error))])
      return null
    }
  }
  // All that was said of commits counts before any of them is judged.
  const kept: TakenDelivery[] = []
  for (const one of taken) if ((await orAgain([one], () => keepTold(worker, one))) !== null) kept.push(one)
  const { projectId } = taken[0]!
  const checked = await orAgain(kept, async () => (kept.some(isOfChecks) ? findChecked(worker.db, projectId) : []))
  if (!checked) return
  // A busy CI says much of commits: where nobody waits for it, that isn't worth a look at the repository.
  const isWanted = (one: TakenDelivery): boolean => checked.length > 0 || !isOfChecks(one)
  for (const one of kept) if (!isWanted(one)) await handled(worker.db, one, [])
  const wanted = kept.filter(isWanted)
  if (wanted.length === 0) return
  const seen = await orAgain(wanted, () => look(worker, projectId, signal))
  if (!seen) return
  // Many pushes are one when they are seen together: a branch has one tip.
  const turn = { ...seen, checked, made: new Map<string, Decided>() }
  for (const one of wanted) await orAgain([one], () => follow(worker, turn, one))
}

function isOfChecks(delivery: TakenDelivery): boolean {
  return told.parse(delivery.told).type === 'checks'
}

async function keepTold({ db }: PushWorker, { projectId, told: given }: TakenDelivery): Promise<void> {
  const said = told.parse(given)
  if (said.type === 'checks') await keepChecks(db, projectId, said.checks)
}

/** Where the repository's branches and tags are now. */
export async function look(
  { db, secrets, mirrors }: PushWorker,
  projectId: string,
  signal: AbortSignal,
): Promise<Seen> {
  const project = await findAskedProject(db, projectId)
  if (!project) throw new PanelError('not_found', 'There is no such project.')
  const mirror = await mirrors.open(repositoryAddress(project, secrets))
  await mirror.fetch({ signal: AbortSignal.any([signal, AbortSignal.timeout(lookMs)]) })
  const refs = await mirror.refs()
  return { mirror, tips: new Map(refs.map((ref) => [keyOf(ref), ref.sha])) }
}

async function follow(worker: PushWorker, turn: Turn, delivery: TakenDelivery): Promise<void> {
  const outcomes: Outcome[] = []
  const late = new Set<Late>()
  let isBroken = false
  for (const candidate of await candidatesOf(turn, delivery)) {
    late.add(candidate.late)
    const decided = await decidedOf({ worker, mirror: turn.mirror, projectId: delivery.projectId }, candidate, turn)
    outcomes.push(...decided.outcomes)
    isBroken ||= decided.isBroken
  }
  const shown = [...outcomes].sort((one, other) => rank(one) - rank(other)).slice(0, outcomesAtMost)
  if (late.has('unborn'))
    await tryAgain(worker, delivery, [...shown, nowhere('unknown_commit', 'The repository hasn’t got this commit.')])
  else if (isBroken) await tryAgain(worker, delivery, shown)
  else if (late.has('elsewhere')) await tryAgain(worker, delivery, shown, looksForMoved)
  else await handled(worker.db, delivery, shown)
}

/** A push of everything has many that nobody follows: those are left out first. */
const outcomesAtMost = 200
const rank = ({ outcome }: Outcome): number => (outcome === 'no_rule' ? 1 : 0)

/** Of what was judged already in this turn the same comes, unless the newest commit left the word to the one that was told. */
async function decidedOf(ground: Ground, candidate: Candidate, { checked, made }: Turn): Promise<Decided> {
  const { kind, name, commit, told: ofPush, onlyChecked } = candidate
  const tip = `${kind} ${name} ${commit} ${onlyChecked}`
  const known = made.get(`${tip} ${ofPush}`) ?? made.get(tip)
  if (known) return known
  const decided = await inEnvironments(ground, candidate, checked)
  const isOfTip = decided.outcomes.every((one) => one.outcome !== 'skipped' && one.commit === commit)
  made.set(isOfTip ? tip : `${tip} ${ofPush}`, decided)
  return decided
}

/**
 * What was told isn't as the repository shows it (yet: a Git host may tell before it shows). `unborn`: it hasn't got the commit.
 * `elsewhere`: it has, but the branch or tag doesn't lead to it, as when what was there already is fast-forwarded to or tagged; or that was
 * to be gone.
 */
type Late = 'unborn' | 'elsewhere' | null
type Candidate = Looked & { late: Late }

/** What is to be judged because of a delivery. */
async function candidatesOf({ mirror, tips }: Seen, delivery: TakenDelivery): Promise<Candidate[]> {
  const said: Told = told.parse(delivery.told)
  if (said.type === 'pushes') {
    const found: Candidate[] = []
    for (const { kind, name, commit } of said.pushes) {
      const tip = tips.get(`${kind} ${name}`) ?? null
      const late = commit === tip ? null : await lateOf(mirror, tip, commit)
      found.push({ kind, name, commit: tip, tip, told: commit, onlyChecked: false, late })
    }
    return found
  }
  const commits = [...new Set(said.checks.map(({ commit }) => commit))]
  const found = await Promise.all(commits.map((commit) => branchesWith(mirror, tips, commit)))
  return found.flat()
}

async function lateOf(mirror: Mirror, tip: string | null, commit: string | null): Promise<Late> {
  if (commit === null) return 'elsewhere'
  if ((await mirror.message(commit)) === null) return 'unborn'
  return tip !== null && (await leadsTo(mirror, tip, commit)) ? null : 'elsewhere'
}

/** As what a commit whose checks have passed may be deployed: as that of each branch and tag that it is on. */
async function branchesWith(mirror: Mirror, tips: Map<string, string>, commit: string): Promise<Candidate[]> {
  if ((await mirror.message(commit)) === null) return []
  const on = await mirror.holding(commit)
  return on.flatMap((ref) => {
    const { kind, name } = ref
    const tip = tips.get(keyOf(ref)) ?? null
    // Of a tag only its own commit counts.
    if (kind === 'tag' && tip !== commit) return []
    return [{ kind, name, commit, tip, told: null, onlyChecked: true, late: null }]
  })
}

function keyOf({ kind, name }: Ref): string {
  return `${kind} ${name}`
}

/** Later, at most so many times; after the last one with what there is. */
async function tryAgain(
  { db }: PushWorker,
  delivery: TakenDelivery,
  outcomes: readonly Outcome[],
  times = again.length,
): Promise<void> {
  const afterMs = again.slice(0, times)[delivery.attempts - 1]
  if (afterMs === undefined) await handled(db, delivery, outcomes)
  else await putOff(db, delivery, afterMs, outcomes)
}

function nowhere(outcome: 'unknown_commit' | 'failed', words: string): Outcome {
  return { environmentId: '', ref: '', commit: null, outcome, words }
}
