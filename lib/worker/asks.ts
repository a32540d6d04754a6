// Answers what people ask of servers and Git hosts. Several workers may: a question goes to one of them.
import { PanelError } from '@/lib/errors.ts'
import { answerAsk, refuseAsk, takeAsk } from '@/lib/store/asks.ts'
import type { Ask, AskRefusal } from '@/lib/store/asks.ts'
import { isDatabaseAway } from '@/lib/store/away.ts'
import { listen } from '@/lib/store/listen.ts'
import { answerQuestion } from './questions.ts'
import type { Answerer } from './questions.ts'

export type Answering = { stop(): Promise<void> }

/** How often open questions are looked for although nobody said that there is one. */
const pollMs = 2_000
/** Questions that one worker works on at once; more wait for it, or for another worker. */
const atOnce = 8
/** An answer has to be there before its asker gives up. */
const marginMs = 500

/**
 * Answers until stopped. Questions in work are then refused as `unavailable`, so that a stop takes no longer than giving up does.
 * Rejects only when the first connection to the database fails; later troubles are logged and tried again.
 */
export async function startAnswering(worker: Answerer): Promise<Answering> {
  const { db, log } = worker
  const stopping = new AbortController()
  const running = new Set<Promise<void>>()
  let taking: Promise<void> | null = null
  let again = false

  async function answer(ask: Ask): Promise<void> {
    const late = AbortSignal.timeout(Math.max(Math.floor(ask.leftMs) - marginMs, 1))
    try {
      const signal = AbortSignal.any([stopping.signal, late])
      await answerAsk(db, ask.id, await answerQuestion(worker, ask, signal))
    } catch (error) {
      const refusal = stopping.signal.aborted ? stopped : late.aborted ? tooLate : refusalOf(error)
      if (refusal.code === 'internal')
        log.error({ err: error, ask: ask.id, kind: ask.kind }, 'a question could not be answered')
      await refuseAsk(db, ask.id, refusal).catch((err: unknown) =>
        log.warn({ err, ask: ask.id }, 'a refusal could not be stored'),
      )
    }
  }

  async function take(): Promise<void> {
    while (again && !stopping.signal.aborted) {
      again = false
      while (running.size < atOnce) {
        const ask = await takeAsk(db)
        if (!ask) break
        const work: Promise<void> = answer(ask).finally(() => {
          running.delete(work)
          wake()
        })
        running.add(work)
      }
    }
  }

  function wake(): void {
    again = true
    if (stopping.signal.aborted) return
    taking ??= take()
      .catch((err: unknown) => {
        // The worker's loop, which asks as often, says when the database is away.
        if (!isDatabaseAway(err)) log.warn({ err }, 'questions could not be read')
      })
      .finally(() => {
        taking = null
        if (again) wake()
      })
  }

  const listening = await listen(db.url, { channels: { fairlead_ask: wake }, onGap: wake })
  const timer = setInterval(wake, pollMs)
  return {
    async stop() {
      clearInterval(timer)
      stopping.abort()
      await listening.close()
      await taking
      await Promise.all(running)
    },
  }
}

const stopped: AskRefusal = { code: 'unavailable', message: 'The worker is being stopped. Try again in a moment.' }
const tooLate: AskRefusal = { code: 'timed_out', message: 'There was no answer in time.' }

function refusalOf(error: unknown): AskRefusal {
  if (error instanceof PanelError) return { code: error.code, message: error.message, details: error.details }
  return { code: 'internal', message: 'The worker could not answer.' }
}
