// Hooks written in the panel: bash scripts at lifecycle events, run after the repository's own of the same event.
import { createHash } from 'node:crypto'
import type { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import { byEnvironment, hookInput, hookKey } from '@/lib/api/inputs.ts'
import type { HookView } from '@/lib/api/shapes.ts'
import { lifecycleEvents, type HookPlace, type LifecycleEvent } from '@/lib/deploy/types.ts'
import { PanelError } from '@/lib/errors.ts'
import { findNewestHook, findNewestHooks, insertHook, type HookRevision } from '@/lib/store/hooks.ts'
import { change, missing, parse } from './act.ts'
import type { Context } from './context.ts'
import { refuseHookPlace } from './hook-places.ts'
import { demandEnvironment, demandLocked } from './seen.ts'

/** In the order of the life cycle. PanelError: invalid, not_found, forbidden. */
export async function listHooks(ctx: Context, actor: Actor, input: z.input<typeof byEnvironment>): Promise<HookView[]> {
  const { environmentId } = parse(byEnvironment, input)
  await demandEnvironment(ctx.db.prisma, actor, 'view', environmentId)
  const place = ({ event }: HookView): number => lifecycleEvents.indexOf(event)
  return (await findNewestHooks(ctx.db.prisma, environmentId))
    .flatMap((row) => hookView(row) ?? [])
    .sort((a, b) => place(a) - place(b))
}

/**
 * A new revision, which counts from the next deployment on: what is under way runs what it was planned with. `user` null = the
 * user who signs in on the server; `timeoutMs` ten minutes unless given. PanelError: invalid, not_found, forbidden, conflict
 * (another revision than `basedOn` is there).
 */
export async function saveHook(ctx: Context, actor: Actor, input: z.input<typeof hookInput>): Promise<HookView> {
  const { environmentId, event, basedOn, ...given } = parse(hookInput, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    const projectId = await demandLocked(tx, actor, 'configure', environmentId)
    const before = await findNewestHook(tx, environmentId, event)
    if (basedOn !== undefined && basedOn !== standing(before)) throw stale(before)
    await refuseHookPlace(tx, environmentId, given.place)
    const { text, ...settings } = given
    const sha256 = createHash('sha256').update(text).digest('hex')
    const number = (before?.number ?? 0) + 1
    const row = await insertHook(tx, { environmentId, event, number, ...given, sha256, createdBy: actor.name })
    await audit('hook.save', `environment:${environmentId}`, projectId, { event, number, sha256, ...settings })
    return hookView(row)!
  })
}

/** A file of this event in the repository still runs. PanelError: invalid, not_found, forbidden. */
export async function removeHook(ctx: Context, actor: Actor, input: z.input<typeof hookKey>): Promise<null> {
  const { environmentId, event } = parse(hookKey, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    const projectId = await demandLocked(tx, actor, 'configure', environmentId)
    const before = await findNewestHook(tx, environmentId, event)
    if (!before || before.text === null) throw missing('hook')
    const number = before.number + 1
    const { timeoutMs } = before
    await insertHook(tx, { ...gone, environmentId, event, number, timeoutMs, createdBy: actor.name })
    await audit('hook.remove', `environment:${environmentId}`, projectId, { event, number })
    return null
  })
}

/** The number of the revision that runs; null = none does. */
export function standing(newest: HookRevision | null): number | null {
  return newest === null || newest.text === null ? null : newest.number
}

export function stale(newest: HookRevision | null): PanelError {
  const by = newest?.createdBy ?? 'Somebody'
  const message =
    standing(newest) === null
      ? `${by} removed this hook meanwhile. Close it and write it anew.`
      : `${by} changed this hook meanwhile. Copy what you wrote, close it and open it again.`
  return new PanelError('conflict', message, { newest: standing(newest) })
}

const gone = { text: null, sha256: null, user: null, failure: null }

/** null = the hook was removed. */
export function hookView({
  environmentId,
  event,
  number,
  text,
  sha256,
  user,
  timeoutMs,
  failure,
  place,
  createdBy,
  createdAt,
}: HookRevision): HookView | null {
  if (text === null || sha256 === null) return null
  return {
    environmentId,
    event: event as LifecycleEvent,
    number,
    text,
    sha256,
    user,
    timeoutMs,
    failure: failure as HookView['failure'],
    place: place as HookPlace,
    createdBy,
    createdAt: createdAt.toISOString(),
  }
}
