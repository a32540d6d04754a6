// What an environment follows by itself: rules for pushes, and the pause that a roll back begins.
import { z } from 'zod'
import { demand, sees, type Actor } from '@/lib/access.ts'
import { byEnvironment } from '@/lib/api/inputs.ts'
import { triggersInput } from '@/lib/api/inputs-following.ts'
import type { FollowingView } from '@/lib/api/shapes-following.ts'
import { PanelError } from '@/lib/errors.ts'
import { readTriggers } from '@/lib/spec/triggers.ts'
import { findEnvironment, lockEnvironment } from '@/lib/store/environments.ts'
import { endFollowingHold } from '@/lib/store/following-hold.ts'
import { findTriggers, storeTriggers } from '@/lib/store/triggers.ts'
import { change, missing, parse } from './act.ts'
import type { Context } from './context.ts'
import { demandEnvironment } from './seen.ts'

/** PanelError: invalid, not_found, forbidden. */
export async function readFollowing(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof byEnvironment>,
): Promise<FollowingView> {
  const { environmentId } = parse(byEnvironment, input)
  await demandEnvironment(ctx.db.prisma, actor, 'view', environmentId)
  const row = await findTriggers(ctx.db.prisma, environmentId)
  if (!row) throw missing('environment')
  const { lastRef, lastCommit, lastAt, heldBy, heldAt, heldWhy, waiting, waitingSince } = row.following ?? nothing
  return {
    triggers: readTriggers(row.triggers),
    last: lastRef && lastCommit && lastAt ? { ref: lastRef, commit: lastCommit, at: lastAt.toISOString() } : null,
    held: heldBy && heldAt && heldWhy ? { by: heldBy, at: heldAt.toISOString(), why: heldWhy } : null,
    waiting: waiting && waitingSince ? { ...waitingShape.parse(waiting), since: waitingSince.toISOString() } : null,
  }
}

const waitingShape = z.object({
  kind: z.enum(['branch', 'tag']),
  name: z.string(),
  commit: z.string(),
  words: z.string(),
})
const nothing = {
  lastRef: null,
  lastCommit: null,
  lastAt: null,
  heldBy: null,
  heldAt: null,
  heldWhy: null,
  waiting: null,
  waitingSince: null,
}

/** What counts from the next push on. PanelError: invalid (a pattern that is none), not_found, forbidden. */
export async function saveTriggers(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof triggersInput>,
): Promise<FollowingView> {
  const { environmentId, triggers } = parse(triggersInput, input)
  await change(ctx, actor, async ({ tx, audit }) => {
    await lockEnvironment(tx, environmentId)
    const row = await findEnvironment(tx, environmentId)
    if (!row || !sees(actor, row.projectId)) throw missing('environment')
    demand(actor, 'configure', row.projectId)
    await storeTriggers(tx, environmentId, triggers)
    await audit('environment.triggers', `environment:${environmentId}`, row.projectId, triggers)
  })
  return readFollowing(ctx, actor, { environmentId })
}

/**
 * Pushes, schedules and pipelines deploy again after a roll back; what waits is looked at at once, and only what is newer than the
 * commit that was rolled back is deployed. PanelError: invalid, not_found, forbidden, conflict (nothing holds it).
 */
export async function followAgain(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof byEnvironment>,
): Promise<FollowingView> {
  const { environmentId } = parse(byEnvironment, input)
  await change(ctx, actor, async ({ tx, audit }) => {
    await lockEnvironment(tx, environmentId)
    const row = await findEnvironment(tx, environmentId)
    if (!row || !sees(actor, row.projectId)) throw missing('environment')
    demand(actor, 'deploy', row.projectId)
    if (!(await endFollowingHold(tx, environmentId))) throw new PanelError('conflict', 'Nothing is paused here.')
    await audit('environment.follow', `environment:${environmentId}`, row.projectId)
  })
  return readFollowing(ctx, actor, { environmentId })
}
