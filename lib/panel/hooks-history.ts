// What a panel hook was, and bringing an earlier revision back.
import type { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import { revertInput } from '@/lib/api/inputs-hooks.ts'
import { hookKey } from '@/lib/api/inputs.ts'
import type { HookRevisionView } from '@/lib/api/shapes-hooks.ts'
import type { HookView } from '@/lib/api/shapes.ts'
import type { HookPlace } from '@/lib/deploy/types.ts'
import { findHookRevision, findHookRevisions, findNewestHook, insertHook } from '@/lib/store/hooks.ts'
import { change, missing, parse } from './act.ts'
import type { Context } from './context.ts'
import { refuseHookPlace } from './hook-places.ts'
import { hookView, stale, standing } from './hooks.ts'
import { demandEnvironment, demandLocked } from './seen.ts'

/** The newest hundred revisions of one event, newest first; removals among them. PanelError: invalid, not_found, forbidden. */
export async function listHookRevisions(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof hookKey>,
): Promise<HookRevisionView[]> {
  const { environmentId, event } = parse(hookKey, input)
  await demandEnvironment(ctx.db.prisma, actor, 'view', environmentId)
  return (await findHookRevisions(ctx.db.prisma, environmentId, event)).map((row) => ({
    number: row.number,
    text: row.text,
    user: row.user,
    timeoutMs: row.timeoutMs,
    failure: row.failure as HookRevisionView['failure'],
    place: row.place as HookPlace,
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
  }))
}

/**
 * A new revision with text and settings of an earlier one. PanelError: invalid, not_found (no such revision, or it was a
 * removal), forbidden, invalid too where it ran on a server that the environment no longer has, conflict (another revision than `basedOn` is there).
 */
export async function revertHook(ctx: Context, actor: Actor, input: z.input<typeof revertInput>): Promise<HookView> {
  const { environmentId, event, number: wanted, basedOn } = parse(revertInput, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    const projectId = await demandLocked(tx, actor, 'configure', environmentId)
    const newest = await findNewestHook(tx, environmentId, event)
    const earlier = await findHookRevision(tx, { environmentId, event, number: wanted })
    if (!newest || !earlier || earlier.text === null) throw missing('revision')
    if (basedOn !== undefined && basedOn !== standing(newest)) throw stale(newest)
    const { text, sha256, user, timeoutMs, failure } = earlier
    const place = earlier.place as HookPlace
    await refuseHookPlace(tx, environmentId, place)
    const settings = { sha256, user, timeoutMs, failure, place }
    const number = newest.number + 1
    const row = await insertHook(tx, { environmentId, event, number, text, ...settings, createdBy: actor.name })
    await audit('hook.revert', `environment:${environmentId}`, projectId, { event, number, to: wanted, ...settings })
    return hookView(row)!
  })
}
