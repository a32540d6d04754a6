// Tells whoever wants to hear of deployments: sends messages as they are written, and again those that didn't arrive.
import { setTimeout } from 'node:timers/promises'
import { isDatabaseAway } from '@/lib/store/away.ts'
import { hasNewerMark, putOffMessage, settle, takeMessage } from '@/lib/store/messages.ts'
import type { Settled, TakenMessage } from '@/lib/store/messages.ts'
import { tell } from './tell.ts'
import type { TellSettings } from './tell.ts'
import { watchQueue } from './watch-queue.ts'
import type { Worker } from './worker.ts'

/** Messages that one worker sends at the same time. */
const atOnce = 4
const commitLaterMs = 2_000
/** Together with a try less than a lease. */
const pausesMs = [100, 1_000, 3_000, 10_000, 20_000] as const

export type TellWorker = Pick<Worker, 'db' | 'secrets' | 'log'> & { settings: TellSettings }

/** Tells until stopped. Resolves once it listens. */
export function watchMessages(worker: TellWorker): Promise<{ stop(): Promise<void> }> {
  return watchQueue<TakenMessage>(worker, {
    channel: 'fairlead_message',
    atOnce,
    take: () => takeMessage(worker.db),
    work: (message, signal) => deliver(worker, message, signal),
    failed: 'a message could not be sent',
  })
}

/** Sends the message that is due for the longest; false = nothing is due. */
export async function tellOnce(worker: TellWorker, signal: AbortSignal): Promise<boolean> {
  const message = await takeMessage(worker.db)
  if (message) await deliver(worker, message, signal)
  return message !== null
}

async function deliver(worker: TellWorker, message: TakenMessage, signal: AbortSignal): Promise<void> {
  const { db, secrets, settings } = worker
  if (await isMarkWithoutSense(worker, message)) return
  let settled: Settled
  try {
    const config: unknown = JSON.parse(new TextDecoder().decode(secrets.decrypt(message.channel.config)))
    settled = await tell(message, config, settings, signal)
  } catch (error) {
    // Stopped in the middle: whoever comes next tries at once.
    if (signal.aborted) await putOffMessage(db, message, 0)
    else await settle(db, message, { state: 'failed', answer: 'Fairlead could not make this message.' })
    throw error
  }
  await settleOnceThere(worker, message, settled, signal)
}

/**
 * What came of a try is written once the database is there again: unwritten, what has arrived would be sent twice. After the last
 * pause another takes the message.
 */
async function settleOnceThere(
  { db }: TellWorker,
  message: TakenMessage,
  settled: Settled,
  signal: AbortSignal,
): Promise<void> {
  for (const pauseMs of pausesMs) {
    try {
      return await settle(db, message, settled)
    } catch (error) {
      if (!isDatabaseAway(error)) throw error
      await setTimeout(pauseMs, undefined, { signal })
    }
  }
  await settle(db, message, settled)
}

/** A mark without a commit waits until that is known, or goes when it never will be; one that a later deployment made goes, too. */
async function isMarkWithoutSense({ db }: TellWorker, message: TakenMessage): Promise<boolean> {
  const { deployment, channel, event } = message
  if (!deployment || !['github', 'gitlab', 'gitea'].includes(channel.kind)) return false
  const { revision, status } = deployment
  const isOver = event === 'queued' || !['queued', 'running'].includes(status)
  if (revision === null && isOver)
    await settle(db, message, { state: 'dropped', answer: 'There is no commit to mark.' })
  else if (revision === null) await putOffMessage(db, message, commitLaterMs)
  else if (await hasNewerMark(db, message, revision))
    await settle(db, message, { state: 'dropped', answer: 'A newer mark took its place.' })
  else return false
  return true
}
