// Follows repositories: woken by what comes in, and once a while by itself for what nobody told of.
import { renewEveryMs, renewDeliveries, takeDeliveries } from '@/lib/store/deliveries.ts'
import type { TakenDelivery } from '@/lib/store/deliveries.ts'
import { followTaken } from './pushes.ts'
import type { PushWorker } from './pushes.ts'
import { tryWaiting } from './waiting-pushes.ts'
import { watchQueue } from './watch-queue.ts'

/** Repositories that one worker looks at at the same time; one that is slow takes one of these, and no more. */
const atOnce = 8

/** Follows until stopped. Resolves once it listens. */
export function watchPushes(worker: PushWorker): Promise<{ stop(): Promise<void> }> {
  const { db } = worker
  return watchQueue<TakenDelivery[]>(worker, {
    channel: 'fairlead_push',
    atOnce,
    before: () => tryWaiting(worker),
    async take() {
      const taken = await takeDeliveries(db)
      return taken.length > 0 ? taken : null
    },
    /** Nobody else takes them meanwhile. */
    async work(taken, signal) {
      const timer = setInterval(() => void renewDeliveries(db, taken).catch(() => {}), renewEveryMs)
      try {
        await followTaken(worker, taken, signal)
      } finally {
        clearInterval(timer)
      }
    },
    failed: 'pushes could not be followed',
  })
}
