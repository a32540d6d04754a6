// Looks at servers while nothing happens there, each every quarter of an hour and after every run: is it still as it was deployed?
import { setTimeout as delay } from 'node:timers/promises'
import { driftOf, unknownDrift } from '@/lib/deploy/drift.ts'
import type { DriftReport } from '@/lib/deploy/drift.ts'
import { PanelError } from '@/lib/errors.ts'
import { isDatabaseAway } from '@/lib/store/away.ts'
import type { Database } from '@/lib/store/database.ts'
import { findDriftTarget, recordDrift, takeDueTarget } from '@/lib/store/drift.ts'
import { lookAt } from './look.ts'
import type { Looker } from './look.ts'
import type { Worker } from './worker.ts'

const everyMs = 900_000
/** Between two looks for somebody who is due, when nobody was. */
const pauseMs = 5_000
const lookMs = 300_000

/** Of a server that was given up: what it does next is not known. */
const stillAtWork =
  'What a deployment began there is still running, although nobody waits for it. The next deployment ends it.'

type DriftWorker = Looker & { db: Database }
export type Watching = { stop(): Promise<void> }

/** One target at a time, until stopped. */
export function watchDrift(worker: DriftWorker & Pick<Worker, 'log'>): Watching {
  const { db, log } = worker
  const stopping = new AbortController()
  const { signal } = stopping

  async function rounds(): Promise<void> {
    while (!signal.aborted) {
      try {
        const id = await takeDueTarget(db, everyMs)
        if (id) await lookForDrift(worker, id, AbortSignal.any([signal, AbortSignal.timeout(lookMs)]))
        else await delay(pauseMs, undefined, { signal })
      } catch (error) {
        if (signal.aborted) return
        if (!isDatabaseAway(error)) log.error({ err: error }, 'a server could not be looked at')
        await delay(pauseMs, undefined, { signal }).catch(() => {})
      }
    }
  }

  const working = rounds()
  return {
    async stop() {
      stopping.abort()
      await working
    },
  }
}

/**
 * Looks at a target now and keeps what was seen; null when a run came in between, or nothing was ever live. The first look after a
 * release was made keeps its manifest. Never rejects because of the server: that is a report, too.
 */
export async function lookForDrift(
  worker: DriftWorker,
  targetId: string,
  signal: AbortSignal,
): Promise<DriftReport | null> {
  const { db, panelId } = worker
  const target = await findDriftTarget(db, targetId)
  const { liveReleaseId, id: environmentId } = target?.environment ?? { liveReleaseId: null, id: '' }
  if (!target || liveReleaseId === null) return null
  const live = await db.prisma.release.findUnique({ where: { id: liveReleaseId } })
  if (!live) return null
  const known = target.releases.find(({ releaseId }) => releaseId === live.id)
  const recorded = known?.manifestHash ?? null
  const record = known?.state === 'complete' && recorded === null
  try {
    const look = await lookAt(worker, target, { release: live.name, recorded, record }, signal)
    if (look?.isBusy) throw new PanelError('conflict', stillAtWork)
    const expected = { owner: `${panelId}/${environmentId}`, release: live.name, isRecorded: recorded === null }
    const report = driftOf(look, expected)
    const current = look?.current?.includes('/') ? null : (look?.current ?? null)
    const hash = record && look?.release ? look.release.manifest : null
    const seen = { current, manifest: hash === null ? null : { releaseId: live.id, hash } }
    return (await recordDrift(db, target, report, seen)) ? report : null
  } catch (error) {
    const why = error instanceof PanelError ? error.message : timedOut(error)
    if (why === null) throw error
    const report = unknownDrift(target.drift as DriftReport | null, why)
    return (await recordDrift(db, target, report, null)) ? report : null
  }
}

function timedOut(error: unknown): string | null {
  return error instanceof Error && error.name === 'TimeoutError' ? 'The server gave no answer in time.' : null
}
