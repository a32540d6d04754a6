// Sees to schedules whose time has come. What is decided and that it was is written at once, so that of two workers one does it; a time
// that came while no worker ran is made up for once, however many there were.
import type { PoolClient } from 'pg'
import { PanelError } from '@/lib/errors.ts'
import { formatMinute } from '@/lib/format/time.ts'
import { nextTime } from '@/lib/spec/schedule.ts'
import { queueDeployment } from '@/lib/store/deployments.ts'
import { findFollowingOf, isLiveEverywhere, isUnderWay, whileSame, type FollowingRow } from '@/lib/store/following.ts'
import { passSchedule, takeSchedule, type DueSchedule } from '@/lib/store/schedules.ts'
import { isPartOf } from './overtaken.ts'
import { look, type PushWorker } from './pushes.ts'

/** Later than this, and nobody was there when the time came. */
const lateMs = 120_000

/** `isPart`: what is live is newer, and has it. */
type Found = { ref: string; commit: string; isPart: boolean } | { words: string }

/** Never rejects because of a repository. `seenAt`: when a worker saw first that its time had come. */
export async function seeToSchedule(
  worker: PushWorker,
  due: DueSchedule,
  seenAt: Date,
  signal: AbortSignal,
): Promise<void> {
  // What was seen in the repository is older than anything that was done meanwhile, so both are looked at anew.
  for (let isStale = true; isStale;) {
    const row = await findFollowingOf(worker.db, due.environmentId)
    if (!row) return
    const found = await commitFor(worker, due, row, signal)
    const write = (client: PoolClient): Promise<void> => pass(client, { due, seenAt }, row, found)
    isStale = (await whileSame(worker.db, row, write).catch(unlessGone)) === 'stale'
  }
}

/** What the repository has now of what is to be deployed, or why nobody knows. */
async function commitFor(
  worker: PushWorker,
  due: DueSchedule,
  { projectId, branch, live, liveOn }: FollowingRow,
  signal: AbortSignal,
): Promise<Found> {
  const ref = due.ref ?? branch
  try {
    const { mirror } = await look(worker, projectId, signal)
    const { sha: commit } = await mirror.resolve(ref)
    let isPart = false
    for (const other of new Set([live, ...liveOn]))
      isPart ||= other !== null && other !== commit && (await isPartOf(mirror, commit, other))
    return { ref, commit, isPart }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof PanelError) return { words: error.message }
    worker.log.error({ err: error, project: projectId }, 'a repository could not be read')
    return { words: 'The repository could not be read: see the log of the workers.' }
  }
}

async function pass(
  client: PoolClient,
  { due, seenAt }: { due: DueSchedule; seenAt: Date },
  row: FollowingRow,
  found: Found,
): Promise<void> {
  const taken = await takeSchedule(client, due)
  if (!taken) return
  // The database said that its time has come, and its clock may be before ours.
  const nextAt = nextTime(due.cron, due.timeZone, new Date(Math.max(Date.now(), due.nextAt.getTime())))
  if (!nextAt) throw new Error('a schedule whose time never comes')
  const { words, id } = await outcome(client, due, row, found, taken)
  const isLate = seenAt.getTime() - due.nextAt.getTime() > lateMs
  const missed = isLate ? ` Made up for ${formatMinute(due.nextAt)}.` : ''
  await passSchedule(client, due.id, { words: words + missed, deploymentId: id, nextAt })
}

async function outcome(
  client: PoolClient,
  { environmentId, onlyNew }: DueSchedule,
  row: FollowingRow,
  found: Found,
  { unfinished }: { unfinished: number | null },
): Promise<{ words: string; id: string | null }> {
  const nothing = (words: string) => ({ words, id: null })
  if (!row.hasServer) return nothing('The environment has no server yet.')
  if (row.heldWhy !== null) return nothing(`${row.heldBy} ${row.heldWhy}.`)
  if ('words' in found) return nothing(found.words)
  const { ref, commit, isPart } = found
  if (unfinished !== null) return nothing(`Deployment ${unfinished}, of an earlier time, isn’t over yet.`)
  if (onlyNew && isLiveEverywhere(row, commit)) return nothing(`${commit.slice(0, 7)} is live already.`)
  if (onlyNew && isPart) return nothing(`${commit.slice(0, 7)} is part of what is live already.`)
  if (onlyNew && row.left.includes(commit)) return nothing(`${commit.slice(0, 7)} was rolled back.`)
  if (onlyNew && isUnderWay(row, commit)) return nothing(`${commit.slice(0, 7)} is being deployed already.`)
  try {
    const { id, number } = await queueDeployment(client, {
      environmentId,
      kind: 'deploy',
      source: { type: 'git', ref, commit, ...(onlyNew && { unless: 'older_or_live' as const }) },
      by: 'system:schedule',
      byName: 'a schedule',
    })
    return { words: `Deployment ${number}.`, id }
  } catch (error) {
    // Held or frozen: nothing was written.
    if (error instanceof PanelError && error.code === 'conflict') return nothing(error.message)
    throw error
  }
}

function unlessGone(error: unknown): void {
  if (!(error instanceof PanelError && error.code === 'not_found')) throw error
}
