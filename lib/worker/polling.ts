// Looks at repositories whose host can't tell of pushes: a branch that has moved, or a tag that wasn't there before, becomes a delivery of
// our own, which is judged like every other.
import { ruleFor } from '@/lib/deploy/following.ts'
import type { Ref } from '@/lib/deploy/types.ts'
import { PanelError } from '@/lib/errors.ts'
import { longestName } from '@/lib/spec/push.ts'
import { readTriggers } from '@/lib/spec/triggers.ts'
import { findAskedProject } from '@/lib/store/asked.ts'
import { addDelivery } from '@/lib/store/deliveries.ts'
import { findFollowing, isLiveEverywhere, isUnderWay, type FollowingRow } from '@/lib/store/following.ts'
import {
  putBackPolls,
  rememberFirst,
  rememberSeen,
  seenByPolling,
  takeDuePolls,
  type DuePoll,
  type SeenRef,
} from '@/lib/store/polling.ts'
import { repositoryAddress } from './addresses.ts'
import type { PushWorker } from './pushes.ts'

/** A repository that could not be looked at is left alone for so long. */
const againMs = 60_000

/**
 * Looks for the environments of one project. False = none was due. Never rejects because of a repository: `away` is until when which
 * projects' repositories are left alone.
 */
export async function pollOnce(worker: PushWorker, signal: AbortSignal, away: Map<string, number>): Promise<boolean> {
  for (const [id, until] of away) if (until <= Date.now()) away.delete(id)
  const due = await takeDuePolls(worker.db, [...away.keys()])
  const projectId = due[0]?.projectId
  if (projectId === undefined) return false
  try {
    await poll(worker, projectId, due, signal)
  } catch (error) {
    away.set(projectId, Date.now() + againMs)
    await putBackPolls(worker.db, due)
    signal.throwIfAborted()
    const why = error instanceof PanelError ? { why: error.message } : { err: error }
    worker.log.warn({ project: projectId, ...why }, 'a repository could not be looked at')
  }
  return true
}

/** What is news to one environment that is followed by looking is told of, be it due or not: nobody looks for it once more. */
async function poll(worker: PushWorker, projectId: string, due: DuePoll[], signal: AbortSignal): Promise<void> {
  const { db, secrets, mirrors } = worker
  const project = await findAskedProject(db, projectId)
  if (!project) return
  const all = await mirrors.lsRemote(repositoryAddress(project, secrets), { signal })
  const refs = all.filter(({ name }) => name.length <= longestName)
  let seen = await seenByPolling(db, projectId)
  if (!seen) {
    await rememberFirst(db, projectId, refs)
    seen = (await seenByPolling(db, projectId)) ?? new Map<string, SeenRef>()
  }
  const asked = new Map(due.map((one) => [one.environmentId, one]))
  const following = (await findFollowing(db, projectId)).filter(
    ({ triggers }) => readTriggers(triggers).pollMinutes !== null,
  )
  const unwanted: Ref[] = []
  for (const ref of refs) {
    const before = seen.get(`${ref.kind} ${ref.name}`)
    if (following.some((row) => isNews(row, ref, before, asked.get(row.environmentId))))
      await tell(worker, projectId, ref, before)
    else if (before?.commit !== ref.sha) unwanted.push(ref)
  }
  await rememberSeen(db, projectId, unwanted)
}

/** At its first look an environment gets its own branch; after that what has moved, if it isn't known from elsewhere. */
function isNews(row: FollowingRow, { kind, name, sha }: Ref, before: SeenRef | undefined, due?: DuePoll): boolean {
  const isFirst = due?.before === null
  const isOwn = kind === 'branch' && name === row.branch && (isFirst || due?.isUntold === true)
  if (!isOwn && (isFirst || (kind === 'tag' ? before !== undefined : before?.commit === sha))) return false
  if (ruleFor(readTriggers(row.triggers), row.branch, { kind, name }) === null) return false
  if (isLiveEverywhere(row, sha) || isUnderWay(row, sha)) return false
  return ![row.lastCommit, row.waiting?.commit, ...row.left].includes(sha)
}

/** The same news, seen by two, is one delivery: its key names what was seen before it. */
async function tell(
  { db }: PushWorker,
  projectId: string,
  { kind, name, sha }: Ref,
  before: SeenRef | undefined,
): Promise<void> {
  await addDelivery(db, {
    projectId,
    key: `poll ${kind} ${name} ${sha} after ${before?.id ?? 'nothing'}`,
    event: 'poll',
    words: `${kind === 'tag' ? 'Tag' : 'Branch'} “${name}” was seen at ${sha.slice(0, 7)}.`,
    told: { type: 'pushes', pushes: [{ kind, name, commit: sha, pusher: '' }] },
  })
}
