// What is asked for twice with one key is done once: the answer is kept in the transaction of the change that it tells of.
import { createHash } from 'node:crypto'
import { actorText, type Actor } from '@/lib/access.ts'
import { deploymentInput } from '@/lib/api/inputs.ts'
import { PanelError } from '@/lib/errors.ts'
import { findAnswer, keepAnswer, type KeptAnswer } from '@/lib/store/answers.ts'
import { parse } from './act.ts'
import type { Context } from './context.ts'

/** Undoes a change whose twin was faster. */
class Twin extends Error {}

/**
 * Does `run`, unless the actor has had it done with this key within a day: then the answer is the same again. `run` has to make
 * exactly one change. PanelError: invalid (key), conflict (the key was used for something else), and what `run` throws, which
 * is not kept.
 */
export async function once<T>(
  ctx: Context,
  actor: Actor,
  asked: { key: string; operation: string; input: unknown },
  run: (ctx: Context) => Promise<T>,
): Promise<T> {
  const { idempotencyKey } = parse(deploymentInput.pick({ idempotencyKey: true }), { idempotencyKey: asked.key })
  const key = idempotencyKey!
  const who = actorText(actor)
  const request = createHash('sha256')
    .update(JSON.stringify([asked.operation, asked.input]))
    .digest('hex')
  const earlier = async (): Promise<{ answer: T } | null> => {
    const kept = await findAnswer(ctx.db.prisma, who, key)
    return kept && { answer: read(ctx, kept, request) as T }
  }
  const before = await earlier()
  if (before) return before.answer
  let changes = 0
  try {
    return await run({
      ...ctx,
      async beforeCommit(tx, result) {
        if (++changes > 1) throw new Error(`${asked.operation} makes more than one change`)
        const answer = ctx.secrets.encrypt(JSON.stringify(result))
        if (!(await keepAnswer(tx, { actor: who, key, request, answer }))) throw new Twin()
      },
    })
  } catch (error) {
    // The twin may also have been in the way by what it made, a name for one thing.
    const now =
      error instanceof Twin || (error instanceof PanelError && error.code === 'conflict') ? await earlier() : null
    if (now) return now.answer
    throw error
  }
}

function read(ctx: Context, kept: KeptAnswer, request: string): unknown {
  if (kept.request !== request)
    throw new PanelError('conflict', 'This Idempotency-Key was used for another request. Take a new one.')
  return JSON.parse(Buffer.from(ctx.secrets.decrypt(kept.answer)).toString()) as unknown
}
