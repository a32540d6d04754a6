// What a Git host told while nobody listened: most tell it once. So branches that were told of before are looked at when a worker starts,
// and each hour; one that is where nobody told becomes a delivery of our own, which is judged like every other.
import { setTimeout as delay } from 'node:timers/promises'
import { PanelError } from '@/lib/errors.ts'
import { isDatabaseAway } from '@/lib/store/away.ts'
import { findAskedProject } from '@/lib/store/asked.ts'
import { addDelivery } from '@/lib/store/deliveries.ts'
import { findTold, toldBranches } from '@/lib/store/missed.ts'
import { repositoryAddress } from './addresses.ts'
import type { PushWorker } from './pushes.ts'

const everyMs = 3_600_000

/** Once, then waits for the next time, whatever came of it; returns early when it is to stop. */
export async function lookForMissedThenWait(worker: PushWorker, signal: AbortSignal): Promise<void> {
  try {
    await lookForMissed(worker, signal)
  } catch (error) {
    if (!signal.aborted && !isDatabaseAway(error))
      worker.log.error({ err: error }, 'what was missed could not be found')
  }
  await delay(everyMs, undefined, { signal }).catch(() => {})
}

/** In one project after the other. A repository that doesn't answer keeps the others waiting, but from nothing. */
export async function lookForMissed(worker: PushWorker, signal: AbortSignal): Promise<void> {
  for (const projectId of await findTold(worker.db))
    try {
      await lookIn(worker, projectId, signal)
    } catch (error) {
      signal.throwIfAborted()
      if (isDatabaseAway(error)) throw error
      const why = error instanceof PanelError ? { why: error.message } : { err: error }
      worker.log.warn({ project: projectId, ...why }, 'a repository could not be looked at')
    }
}

async function lookIn({ db, secrets, mirrors }: PushWorker, projectId: string, signal: AbortSignal): Promise<void> {
  const told = await toldBranches(db, projectId)
  const project = await findAskedProject(db, projectId)
  if (!project || told.size === 0) return
  for (const { kind, name, sha } of await mirrors.lsRemote(repositoryAddress(project, secrets), { signal })) {
    const seen = kind === 'branch' ? told.get(name) : undefined
    if (!seen || seen.has(sha)) continue
    await addDelivery(db, {
      projectId,
      key: `missed ${kind} ${name} ${sha}`,
      event: 'missed',
      words: `Branch “${name}” was found at ${sha.slice(0, 7)}, which nobody had told.`,
      told: { type: 'pushes', pushes: [{ kind, name, commit: sha, pusher: '' }] },
    })
  }
}
