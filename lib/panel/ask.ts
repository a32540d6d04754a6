// A question that only a worker can answer (it alone reaches servers and Git hosts): a row, a word to the workers, a deadline.
import { errorStatus, PanelError, type ErrorCode, type ErrorDetails } from '@/lib/errors.ts'
import { insertAsk, readAnswer } from '@/lib/store/questions.ts'
import { hasWorker } from '@/lib/store/workers.ts'
import { AnswerBell } from './answer-bell.ts'
import type { Context } from './context.ts'

/** A ref to deploy; or the number of a release to activate, or of a set of variables to apply. */
export type PreviewSource = { ref: string } | { release: number } | { variables: number } | { files: true }

/** Kinds and their inputs; the worker parses them again. */
type Questions = {
  hostKey: { serverId: string }
  check: { serverId: string; root?: string }
  refs: { projectId: string }
  commits: { projectId: string; ref: string; search?: string }
  script: { environmentId: string; text: string }
  drift: { targetId: string }
  logFiles: { environmentId: string }
  logText: { environmentId: string; path: string; at: { file: string; from: number } | null }
  difference: { projectId: string; from: string; to: string }
  /** `targetIds`: of several servers, only these. */
  preview: { environmentId: string; source: PreviewSource; targetIds?: string[]; expectedHash?: string }
}

/** Questions of one process that may wait at once: a worker takes eight at a time, and the rest would only pile up. */
const mostAtOnce = 32
const bells = new WeakMap<Context, AnswerBell>()

/**
 * The worker's answer as it stands in the row: parse it. PanelError: no_worker and too_many (at once), timed_out, or what the
 * worker refused with. The question is left to the worker when the deadline passes; nobody reads the answer then.
 */
export async function ask<K extends keyof Questions>(
  ctx: Context,
  kind: K,
  input: Questions[K],
  { deadlineMs }: { deadlineMs: number },
): Promise<unknown> {
  if (!(await hasWorker(ctx.db)))
    throw new PanelError('no_worker', 'No worker is running, so servers and repositories are out of reach.', {
      hint: 'Live releases are not touched by that. Start Fairlead again; its log says why the worker ended.',
    })
  const bell = bells.get(ctx) ?? new AnswerBell(ctx.db.url)
  bells.set(ctx, bell)
  if (bell.size >= mostAtOnce)
    throw new PanelError(
      'too_many',
      'Too many questions to servers and Git hosts wait for an answer. Try again in a moment.',
      {
        retryAfterSeconds: 5,
      },
    )
  let ring = (): void => {}
  let asked: string | null = null
  let isOver = false
  const timer = setTimeout(() => {
    isOver = true
    ring()
  }, deadlineMs)
  try {
    await bell.hold()
    asked = await insertAsk(ctx.db, kind, input, deadlineMs)
    bell.hang(asked, () => ring())
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
    await bell.release(asked)
  }
}

function refusal(error: unknown): PanelError {
  const { code, message, details } = (error ?? {}) as { code?: unknown; message?: unknown; details?: unknown }
  const known = typeof code === 'string' && Object.hasOwn(errorStatus, code) ? (code as ErrorCode) : 'internal'
  const text = typeof message === 'string' ? message : 'The worker could not answer.'
  return new PanelError(known, text, typeof details === 'object' && details !== null ? (details as ErrorDetails) : {})
}
