// Maintenance: an environment that somebody holds takes no request for a deployment; what is queued or under way goes on.
import type { z } from 'zod'
import { demand, sees, type Actor } from '@/lib/access.ts'
import { byEnvironment } from '@/lib/api/inputs.ts'
import { holdInput } from '@/lib/api/inputs-holds.ts'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { PanelError } from '@/lib/errors.ts'
import { findEnvironment, lockEnvironment } from '@/lib/store/environments.ts'
import { holdOf, storeHold, type Hold } from '@/lib/store/holds.ts'
import { change, invalid, missing, parse } from './act.ts'
import type { Context } from './context.ts'
import { view } from './environment-view.ts'

/**
 * From now on every request is refused with who, why and until when, but a roll back that an admin forces. Holding again replaces
 * reason and end. PanelError: invalid (it would end before it begins), not_found, forbidden.
 */
export async function holdEnvironment(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof holdInput>,
): Promise<EnvironmentView> {
  const { environmentId, reason, until } = parse(holdInput, input)
  const at = new Date()
  const hold = { reason, by: actor.name, at, until: until === null ? null : new Date(until) }
  if (hold.until && hold.until <= at) throw invalid('until', 'This time is over already.')
  return keep(ctx, actor, environmentId, 'environment.hold', () => hold)
}

/** PanelError: invalid, not_found, forbidden, conflict (nobody holds it). */
export async function liftHold(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof byEnvironment>,
): Promise<EnvironmentView> {
  const { environmentId } = parse(byEnvironment, input)
  return keep(ctx, actor, environmentId, 'environment.lift', (before) => {
    if (!before) throw new PanelError('conflict', 'Nobody holds this environment.')
    return null
  })
}

async function keep(
  ctx: Context,
  actor: Actor,
  id: string,
  action: string,
  choose: (before: Hold | null) => Hold | null,
): Promise<EnvironmentView> {
  return change(ctx, actor, async ({ tx, audit }) => {
    await lockEnvironment(tx, id)
    const row = await findEnvironment(tx, id)
    if (!row || !sees(actor, row.projectId)) throw missing('environment')
    demand(actor, 'configure', row.projectId)
    const before = holdOf(row, new Date())
    const hold = choose(before)
    await storeHold(tx, id, hold)
    const { reason, by, until } = hold ?? before ?? { reason: '', by: '', until: null }
    await audit(action, `environment:${id}`, row.projectId, { reason, by, until: until?.toISOString() ?? null })
    const now = await findEnvironment(tx, id)
    if (!now) throw missing('environment')
    return view(tx, actor, now)
  })
}
