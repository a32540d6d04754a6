// A question that only a worker can answer (it alone reaches servers and Git hosts): a row, a word to the workers, a deadline.
import { errorStatus, PanelError, type ErrorCode, type ErrorDetails } from '@/lib/errors.ts'
import { insertAsk, readAnswer } from '@/lib/store/questions.ts'
import { listen } from '@/lib/store/listen.ts'
import { hasWorker } from '@/lib/store/workers.ts'
import type { Context } from './context.ts'

/** Kinds and their inputs; the worker parses them again. */
export type Questions = {
  hostKey: { serverId: string }
  check: { serverId: string; root?: string }
  refs: { projectId: string }
  commits: { projectId: string; ref: string; search?: string }
}

/**
 * The worker's answer as it stands in the row: parse it. PanelError: no_worker (at once), timed_out, or what the worker refused
 * with. The question is left to the worker when the deadline passes; nobody reads the answer then.
 */
export async function ask<K extends keyof Questions>(
  ctx: Context,
  kind: K,
  input: Questions[K],
  { deadlineMs }: { deadlineMs: number },
): Promise<unknown> {
  if (!(await hasWorker(ctx.db)))
    throw new PanelError('no_worker', 'No worker is running, so servers and repositories are out of reach.')
  let ring = (): void => {}
  let asked: string | null = null
  // A connection of its own: waiting for people's servers must not use up the pool. Listening begins before asking.
  const listening = await listen(ctx.db.url, {
    channels: { fairlead_answer: (id) => id === asked && ring() },
    onGap: () => ring(),
  })
  let isOver = false
  const timer = setTimeout(() => {
    isOver = true
    ring()
  }, deadlineMs)
  try {
    asked = await insertAsk(ctx.db, kind, input, deadlineMs)
    for (;;) {
      // The bell hangs before the row is read: an answer that comes in between rings it.
      const rung = new Promise<void>((resolve) => (ring = resolve))
      const isLast = isOver
      const row = await readAnswer(ctx.db, asked)
      if (row?.state === 'answered') return row.answer
      if (row?.state === 'refused') throw refusal(row.error)
      if (isLast)
        throw new PanelError('timed_out', `The worker had no answer within ${Math.round(deadlineMs / 1000)} s.`)
      await rung
    }
  } finally {
    clearTimeout(timer)
    await listening.close()
  }
}

function refusal(error: unknown): PanelError {
  const { code, message, details } = (error ?? {}) as { code?: unknown; message?: unknown; details?: unknown }
  const known = typeof code === 'string' && Object.hasOwn(errorStatus, code) ? (code as ErrorCode) : 'internal'
  const text = typeof message === 'string' ? message : 'The worker could not answer.'
  return new PanelError(known, text, typeof details === 'object' && details !== null ? (details as ErrorDetails) : {})
}
