// The frame of every panel function: parse what came in, and write each change together with its audit entry.
import type { z } from 'zod'
import { actorText, type Actor } from '@/lib/access.ts'
import { PanelError, type Problem } from '@/lib/errors.ts'
import { recordAudit, type AuditRecord } from '@/lib/store/audit.ts'
import { isDuplicate, type Reader } from '@/lib/store/reader.ts'
import type { Context } from './context.ts'
import { problemWords } from '@/lib/api/problem-words.ts'

/** PanelError `invalid` with one problem a field; never quotes what was typed. */
export function parse<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input, { error: problemWords })
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }): Problem => ({ path: path.join('.'), message }))
  throw new PanelError('invalid', problems.length === 1 ? problems[0]!.message : 'Some of this cannot be used.', {
    problems,
  })
}

/** What was given of something that may be given in part. */
export function withoutUndefined<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}

/** A refusal that belongs to one field. */
export function invalid(path: string, message: string, hint?: string): PanelError {
  return new PanelError('invalid', message, { problems: [{ path, message, ...(hint ? { hint } : {}) }] })
}

export function missing(noun: string): PanelError {
  return new PanelError('not_found', `There is no such ${noun}.`)
}

/**
 * `audit('noun.verb', 'noun:<id>', projectId, facts)` writes the entry; a change without one is a mistake, so it is thrown.
 * `projectId` null = it is about the panel itself.
 */
type Change = {
  tx: Reader
  audit(action: string, subject: string, projectId: string | null, data?: AuditRecord['data']): Promise<void>
}

/** One transaction. `taken` is what to say when a unique index refuses. */
export async function change<T>(
  ctx: Context,
  actor: Actor,
  work: (change: Change) => Promise<T>,
  taken = 'Something with that name exists already.',
): Promise<T> {
  let entries = 0
  try {
    return await ctx.db.prisma.$transaction(async (tx) => {
      const result = await work({
        tx,
        async audit(action, subject, projectId, data = {}) {
          await recordAudit(tx, { actor: actorText(actor), actorName: actor.name, action, subject, projectId, data })
          entries++
        },
      })
      if (entries === 0) throw new Error('a change without an audit entry')
      await ctx.beforeCommit?.(tx, result)
      return result
    })
  } catch (error) {
    if (isDuplicate(error)) throw new PanelError('conflict', taken)
    throw error
  }
}
