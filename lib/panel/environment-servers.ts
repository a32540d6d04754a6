// One more server of an environment, or one less: what “change its servers” is for whoever thinks of a single one.
import type { z } from 'zod'
import type { Actor } from '@/lib/access.ts'
import { environmentServer, serverRemoval } from '@/lib/api/inputs-servers.ts'
import type { EnvironmentView, ServerRemovalView } from '@/lib/api/shapes.ts'
import { PanelError } from '@/lib/errors.ts'
import * as store from '@/lib/store/environments.ts'
import { isTouched, wasDeployed } from '@/lib/store/places.ts'
import type { TargetFields } from '@/lib/store/places.ts'
import { change, missing, parse } from './act.ts'
import type { Context } from './context.ts'
import { changePlaces, onlyOne, refuseLeaving } from './environment-moves.ts'
import { taken } from './environment-places.ts'
import { view } from './environment-view.ts'
import { enqueue } from './queue.ts'
import { demandEnvironment, demandLocked } from './seen.ts'

/**
 * It comes last, has nothing of the environment yet, and nothing on it is touched: the next deployment brings everything along.
 * PanelError: invalid, not_found, forbidden, conflict (the folder is taken, the server is one of them, something is under way).
 */
export async function addEnvironmentServer(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof environmentServer>,
): Promise<EnvironmentView> {
  const { environmentId, ...place } = parse(environmentServer, input)
  return changeServers(ctx, actor, environmentId, 'environment.add-server', (now) => {
    if (now.some(({ serverId }) => serverId === place.serverId))
      throw taken('serverId', 'The environment is on this server already.')
    return [...now, place]
  })
}

/**
 * Queues what leaves the server clean, and forgets it when that has succeeded; or (`leave: forget`, and where no run ever began)
 * forgets it at once, without touching it. PanelError: invalid, not_found, forbidden, conflict (it is the only one, what is live is
 * nowhere else, something is under way, the host key isn't confirmed).
 */
export async function removeEnvironmentServer(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof serverRemoval>,
): Promise<ServerRemovalView> {
  const { environmentId, serverId, leave } = parse(serverRemoval, input)
  const { prisma } = ctx.db
  await demandEnvironment(prisma, actor, 'configure', environmentId)
  const before = await store.findEnvironment(prisma, environmentId)
  const target = before?.targets.find((one) => one.serverId === serverId)
  if (!before || !target) throw missing('server of the environment')
  const isClean = !(await wasDeployed(prisma, environmentId)) || !(await isTouched(prisma, target.id))
  if (leave === 'forget' || isClean)
    return { environment: await forget(ctx, actor, environmentId, serverId), deployment: null }
  await refuseLeaving(prisma, before, serverId)
  const keep = leave === 'all' ? 'shared' : 'live'
  const deployment = await enqueue(ctx, actor, { environmentId, servers: [target.id] }, () => ({
    kind: 'remove',
    source: { type: 'leave', keep },
    onlyWhenIdle: true,
  }))
  return { environment: await view(prisma, actor, before), deployment }
}

function forget(ctx: Context, actor: Actor, environmentId: string, serverId: string): Promise<EnvironmentView> {
  return changeServers(ctx, actor, environmentId, 'environment.remove-server', (now) => {
    const left = now.filter((one) => one.serverId !== serverId)
    if (left.length === now.length) throw missing('server of the environment')
    if (left.length === 0) throw onlyOne()
    return left
  })
}

async function changeServers(
  ctx: Context,
  actor: Actor,
  environmentId: string,
  action: string,
  choose: (now: TargetFields[]) => TargetFields[],
): Promise<EnvironmentView> {
  return change(ctx, actor, async ({ tx, audit }) => {
    await store.lockPlaces(tx)
    const projectId = await demandLocked(tx, actor, 'configure', environmentId)
    const before = await store.findEnvironment(tx, environmentId)
    if (!before) throw missing('environment')
    const servers = choose(before.targets.map(({ serverId, root, adopt }) => ({ serverId, root, adopt })))
    const left = await changePlaces(tx, actor, before, servers).catch(ofOneServer)
    const facts = left.length > 0 ? { left } : { server: servers.at(-1) }
    await audit(action, `environment:${environmentId}`, projectId, facts)
    const after = await store.findEnvironment(tx, environmentId)
    if (!after) throw missing('environment')
    return view(tx, actor, after)
  })
}

/** Nobody typed a list: problems belong to the fields of the one server. */
function ofOneServer(error: unknown): never {
  const problems = error instanceof PanelError ? error.details.problems : undefined
  if (!(error instanceof PanelError) || !problems) throw error
  throw new PanelError(error.code, error.message, {
    ...error.details,
    problems: problems.map((one) => ({ ...one, path: one.path.replace(/^servers\.\d+\./, '') })),
  })
}
