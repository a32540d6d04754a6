// Forgets once an hour what nobody asks for any more.
import { setTimeout as delay } from 'node:timers/promises'
import { isDatabaseAway } from '@/lib/store/away.ts'
import { forgetChecks, forgetLooks, forgetMessages } from '@/lib/store/tidy.ts'
import type { PushWorker } from './pushes.ts'

const everyMs = 3_600_000

/** Once, then waits for the next time, whatever came of it; returns early when it is to stop. */
export async function tidyThenWait({ db, log }: PushWorker, signal: AbortSignal): Promise<void> {
  try {
    for (const forget of [forgetLooks, forgetMessages, forgetChecks]) if (!signal.aborted) await forget(db)
  } catch (error) {
    if (!isDatabaseAway(error)) log.error({ err: error }, 'what is old could not be forgotten')
  }
  await delay(everyMs, undefined, { signal }).catch(() => {})
}
