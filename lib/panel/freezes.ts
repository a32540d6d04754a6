// Freezes: times in which a project, or one of its environments, takes no request for a deployment.
import type { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import { byId } from '@/lib/api/inputs.ts'
import { freezeInput, freezesInput } from '@/lib/api/inputs-freezes.ts'
import type { FreezeView } from '@/lib/api/shapes-freezes.ts'
import { PanelError } from '@/lib/errors.ts'
import { freezeWindow, frozenUntil } from '@/lib/spec/freeze.ts'
import { findEnvironment } from '@/lib/store/environments.ts'
import * as store from '@/lib/store/freezes.ts'
import { change, invalid, missing, parse } from './act.ts'
import type { Context } from './context.ts'
import { demandOf, demandProject } from './seen.ts'

const mostFreezes = 100

/** Of a project and its environments, oldest first. PanelError: invalid, not_found. */
export async function listFreezes(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof freezesInput>,
): Promise<FreezeView[]> {
  const { projectId } = parse(freezesInput, input)
  await demandProject(ctx.db.prisma, actor, 'view', projectId)
  const now = new Date()
  return (await store.findProjectFreezes(ctx.db.prisma, [projectId])).map((row) => freezeView(row, now))
}

/**
 * While its window lasts every request is refused with reason and end, but a roll back that an admin forces; what is queued or under way
 * goes on. PanelError: invalid (its window is over, or the environment is another project's), not_found, forbidden, conflict
 * (too many).
 */
export async function addFreeze(ctx: Context, actor: Actor, input: z.input<typeof freezeInput>): Promise<FreezeView> {
  const { projectId, environmentId, reason, window } = parse(freezeInput, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    await demandProject(tx, actor, 'configure', projectId)
    if (environmentId !== null && (await findEnvironment(tx, environmentId))?.projectId !== projectId)
      throw invalid('environmentId', 'The project has no such environment.')
    if ((await store.countFreezes(tx, projectId)) >= mostFreezes)
      throw new PanelError('conflict', `A project has at most ${mostFreezes} freezes. Remove those that are over.`)
    const now = new Date()
    if (window.kind === 'once' && new Date(window.until) <= now)
      throw invalid('window.until', 'This time is over already.')
    const createdBy = actor.name
    const row = await store.insertFreeze(tx, { projectId, environmentId, reason, window, createdBy })
    await audit('freeze.add', subjectOf(row), projectId, { freeze: row.id, reason, window })
    return freezeView(row, now)
  })
}

/** PanelError: invalid, not_found, forbidden. */
export async function removeFreeze(ctx: Context, actor: Actor, input: z.input<typeof byId>): Promise<null> {
  const { id } = parse(byId, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    const row = await store.findFreeze(tx, id)
    if (!row) throw missing('freeze')
    demandOf('freeze', actor, 'configure', row.projectId)
    if (!(await store.deleteFreeze(tx, id))) throw missing('freeze')
    const { reason } = row
    await audit('freeze.remove', subjectOf(row), row.projectId, { freeze: id, reason, window: readWindow(row) })
    return null
  })
}

function subjectOf({ projectId, environmentId }: store.FreezeRow): string {
  return environmentId === null ? `project:${projectId}` : `environment:${environmentId}`
}

function readWindow({ window }: store.FreezeRow) {
  return freezeWindow.parse(window)
}

function freezeView(row: store.FreezeRow, now: Date): FreezeView {
  const { id, projectId, environmentId, environment, reason, createdBy, createdAt } = row
  const window = readWindow(row)
  return {
    id,
    projectId,
    environmentId,
    environment: environment?.name ?? null,
    reason,
    window,
    until: frozenUntil(window, now)?.toISOString() ?? null,
    createdBy,
    createdAt: createdAt.toISOString(),
  }
}
