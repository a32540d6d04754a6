// The loop of whoever works off rows that are a queue: woken by what is written, and once a while by itself for what is due later.
import { isDatabaseAway } from '@/lib/store/away.ts'
import { listen } from '@/lib/store/listen.ts'
import type { Worker } from './worker.ts'

const lookEveryMs = 1_000

type Queue<T> = {
  /** Notified when there is something new. */
  channel: string
  /** So many are worked on at the same time. */
  atOnce: number
  /** What goes before each look; once a second at least. */
  before?: () => Promise<void>
  /** Null = nothing is due. */
  take: () => Promise<T | null>
  work: (one: T, signal: AbortSignal) => Promise<void>
  /** What the log says when one goes wrong. */
  failed: string
}

/** Works until stopped, which ends what is under way. Resolves once it listens. */
export async function watchQueue<T>(
  { db, log }: Pick<Worker, 'log'> & { db: { url: string } },
  queue: Queue<T>,
): Promise<{ stop(): Promise<void> }> {
  const stopping = new AbortController()
  const { signal } = stopping
  const busy = new Set<Promise<void>>()
  let wake: () => void = () => {}
  let isWoken = false
  const rouse = (): void => {
    isWoken = true
    wake()
  }
  const listening = await listen(db.url, { channels: { [queue.channel]: rouse }, onGap: rouse })
  const failed = (error: unknown): void => {
    if (!signal.aborted && !isDatabaseAway(error)) log.error({ err: error }, queue.failed)
  }

  async function round(): Promise<void> {
    await queue.before?.()
    while (busy.size < queue.atOnce && !signal.aborted) {
      const one = await queue.take()
      if (one === null) return
      const done = queue
        .work(one, signal)
        .catch(failed)
        .finally(() => {
          busy.delete(done)
          rouse()
        })
      busy.add(done)
    }
  }

  /** Its own timer, which ends with it: nothing is left behind however often somebody is woken. */
  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, lookEveryMs)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
      if (isWoken || signal.aborted) wake()
    })
  }

  async function rounds(): Promise<void> {
    while (!signal.aborted) {
      isWoken = false
      await round().catch(failed)
      await pause()
    }
    await Promise.all(busy)
  }

  const working = rounds()
  return {
    async stop() {
      stopping.abort()
      wake()
      await working
      await listening.close()
    },
  }
}
