// The part of a worker in a question: it hears of it, takes it, and answers or refuses, without any server.
import type { Context } from '@/lib/panel/context.ts'
import { answerAsk, refuseAsk, takeAsk, type Ask } from '@/lib/store/asks.ts'
import { listen } from '@/lib/store/listen.ts'
import { farewell, heartbeat } from '@/lib/store/workers.ts'
import { PanelError } from '@/lib/errors.ts'

export type Answering = { asked: Ask[]; stop(): Promise<void> }

/** Answers each question with what `answer` returns; a PanelError refuses it, undefined leaves it without an answer. */
export async function startAnswering(ctx: Context, answer: (ask: Ask) => unknown): Promise<Answering> {
  const asked: Ask[] = []
  const id = 'worker of a test'
  const beat = () => heartbeat(ctx.db, { id, hostname: 'here', version: '0' })
  await beat()
  let last = Promise.resolve()
  const beating = setInterval(() => (last = beat()), 1_000)
  async function take(): Promise<void> {
    const ask = await takeAsk(ctx.db)
    if (!ask) return
    asked.push(ask)
    try {
      const value = answer(ask)
      if (value !== undefined) await answerAsk(ctx.db, ask.id, value)
    } catch (error) {
      if (!(error instanceof PanelError)) throw error
      await refuseAsk(ctx.db, ask.id, { code: error.code, message: error.message, details: error.details })
    }
  }
  const listening = await listen(ctx.db.url, { channels: { fairlead_ask: () => void take() }, onGap: () => {} })
  return {
    asked,
    async stop() {
      clearInterval(beating)
      await last
      await listening.close()
      await farewell(ctx.db, id)
    },
  }
}
