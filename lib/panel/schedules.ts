// Schedules: times at which an environment is deployed by itself. Workers see to them.
import type { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import { byEnvironment, byId } from '@/lib/api/inputs.ts'
import { scheduleChange, scheduleInput } from '@/lib/api/inputs-schedules.ts'
import type { ScheduleView } from '@/lib/api/shapes-schedules.ts'
import { PanelError } from '@/lib/errors.ts'
import { nextTime } from '@/lib/spec/schedule.ts'
import type { Reader } from '@/lib/store/reader.ts'
import * as store from '@/lib/store/schedules.ts'
import { change, invalid, missing, parse } from './act.ts'
import type { Context } from './context.ts'
import { demandEnvironment, demandLocked } from './seen.ts'

const mostSchedules = 50

/** Oldest first. PanelError: invalid, not_found. */
export async function listSchedules(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof byEnvironment>,
): Promise<ScheduleView[]> {
  const { environmentId } = parse(byEnvironment, input)
  await demandEnvironment(ctx.db.prisma, actor, 'view', environmentId)
  return (await store.findSchedules(ctx.db.prisma, environmentId)).map(scheduleView)
}

/** It counts from its next time on. PanelError: invalid (times that never come), not_found, forbidden, conflict (too many). */
export async function addSchedule(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof scheduleInput>,
): Promise<ScheduleView> {
  const { environmentId, ...wanted } = parse(scheduleInput, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    const projectId = await demandLocked(tx, actor, 'configure', environmentId)
    if ((await store.findSchedules(tx, environmentId)).length >= mostSchedules)
      throw new PanelError('conflict', `An environment has at most ${mostSchedules} schedules. Remove one first.`)
    const nextAt = firstTime(wanted)
    const row = await store.insertSchedule(tx, { ...wanted, nextAt, environmentId, createdBy: actor.name })
    await audit('schedule.add', `environment:${environmentId}`, projectId, { schedule: row.id, ...wanted })
    return scheduleView(row)
  })
}

/** As a whole: what is left out is as in a new one. PanelError: invalid, not_found, forbidden. */
export async function updateSchedule(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof scheduleChange>,
): Promise<ScheduleView> {
  const { id, ...wanted } = parse(scheduleChange, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    const { environmentId, projectId } = await locked(tx, actor, id)
    const row = await store.changeSchedule(tx, id, { ...wanted, nextAt: firstTime(wanted) })
    await audit('schedule.update', `environment:${environmentId}`, projectId, { schedule: id, ...wanted })
    return scheduleView(row)
  })
}

/** PanelError: invalid, not_found, forbidden. */
export async function removeSchedule(ctx: Context, actor: Actor, input: z.input<typeof byId>): Promise<null> {
  const { id } = parse(byId, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    const { environmentId, projectId, row } = await locked(tx, actor, id)
    await store.deleteSchedule(tx, id)
    const { cron, timeZone } = row
    await audit('schedule.remove', `environment:${environmentId}`, projectId, { schedule: id, cron, timeZone })
    return null
  })
}

/** The environment's row is locked first, as by whoever sees to the schedule. */
async function locked(
  tx: Reader,
  actor: Actor,
  id: string,
): Promise<{ environmentId: string; projectId: string; row: store.ScheduleRow }> {
  const found = await store.findSchedule(tx, id)
  if (!found) throw missing('schedule')
  const projectId = await demandLocked(tx, actor, 'configure', found.environmentId)
  const row = await store.findSchedule(tx, id)
  if (!row) throw missing('schedule')
  return { environmentId: row.environmentId, projectId, row }
}

function firstTime({ cron, timeZone }: { cron: string; timeZone: string }): Date {
  const next = nextTime(cron, timeZone, new Date())
  if (!next) throw invalid('cron', 'This time never comes.')
  return next
}

function scheduleView(row: store.ScheduleRow): ScheduleView {
  const { id, environmentId, cron, timeZone, ref, onlyNew, nextAt, lastAt, lastWords, lastId, createdBy } = row
  return {
    id,
    environmentId,
    cron,
    timeZone,
    ref,
    onlyNew,
    nextAt: nextAt.toISOString(),
    last: lastAt && { at: lastAt.toISOString(), words: lastWords ?? '', deploymentId: lastId },
    createdBy,
    createdAt: row.createdAt.toISOString(),
  }
}
