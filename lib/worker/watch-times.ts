// The loops that watch the clock: schedules whose time has come, repositories that are looked at from time
// to time, and what is forgotten.
import { setTimeout as delay } from 'node:timers/promises'
import { isDatabaseAway } from '@/lib/store/away.ts'
import { openDueSchedules } from './due-schedules.ts'
import type { Watching } from './drift.ts'
import { lookForMissedThenWait } from './missed.ts'
import { pollOnce } from './polling.ts'
import type { PushWorker } from './pushes.ts'
import { tidyThenWait } from './tidy.ts'

const everyMs = 1_000

/** Until stopped. A slow repository that is polled keeps no schedule waiting. */
export function watchTimes(worker: PushWorker): Watching {
  const stopping = new AbortController()
  const { signal } = stopping
  const schedules = openDueSchedules(worker, signal)
  const away = new Map<string, number>()
  const rounds = [
    again(worker, signal, () => schedules.look()),
    again(worker, signal, async () => {
      while (await pollOnce(worker, signal, away));
    }),
    again(worker, signal, () => lookForMissedThenWait(worker, signal)),
    again(worker, signal, () => tidyThenWait(worker, signal)),
  ]
  return {
    async stop() {
      stopping.abort()
      await Promise.all(rounds)
      await schedules.settled()
    },
  }
}

async function again({ log }: PushWorker, signal: AbortSignal, round: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    try {
      await round()
    } catch (error) {
      if (signal.aborted) return
      if (!isDatabaseAway(error)) log.error({ err: error }, 'what is due could not be seen to')
    }
    await delay(everyMs, undefined, { signal }).catch(() => {})
  }
}
