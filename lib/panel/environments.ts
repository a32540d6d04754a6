// Environments: what of a project runs where, and by which rules its releases are made.
import type { z } from 'zod'
import { demand, seenProjects, sees, type Actor } from '@/lib/access.ts'
import { byId, environmentChange, environmentInput, environmentList } from '@/lib/api/inputs.ts'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { noOptions } from '@/lib/spec/options.ts'
import { leaveOutEnvironment } from '@/lib/store/channels.ts'
import * as store from '@/lib/store/environments.ts'
import { findProject } from '@/lib/store/projects.ts'
import type { Reader } from '@/lib/store/reader.ts'
import { judgeWaitingAnew } from '@/lib/store/triggers.ts'
import { change, invalid, missing, parse, withoutUndefined } from './act.ts'
import type { Context } from './context.ts'
import { changePlaces } from './environment-moves.ts'
import { refusePlaces, refuseUnderWay, taken } from './environment-places.ts'
import { view, views } from './environment-view.ts'
import { freeSlug } from './projects.ts'

/** What Amezmo does unless told otherwise: releases belong to www-data:deployer, ten are kept. */
const usual = {
  releaseNaming: 'sequence',
  keep: 10,
  permissions: { owner: 'www-data', group: 'deployer', mode: 'keep-exec' },
  repositoryHooks: true,
  appType: '',
  appDomain: '',
  options: noOptions,
} as const

/** Sorted by project, then by age; of one project or of all. PanelError: invalid, forbidden. */
export async function listEnvironments(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof environmentList> = {},
): Promise<EnvironmentView[]> {
  const filter = parse(environmentList, input)
  const rows = await store.findEnvironments(ctx.db.prisma, { ...filter, seen: seenProjects(actor) })
  return views(ctx.db.prisma, actor, rows)
}

/** PanelError: invalid, not_found, forbidden. */
export async function getEnvironment(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof byId>,
): Promise<EnvironmentView> {
  const { id } = parse(byId, input)
  return view(ctx.db.prisma, actor, await load(ctx.db.prisma, actor, id))
}

/**
 * Nothing on the server is touched yet; `adopt` is the person's consent to take over what another tool left in the root.
 * PanelError: invalid, forbidden, conflict (name or folder taken).
 */
export async function createEnvironment(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof environmentInput>,
): Promise<EnvironmentView> {
  const { projectId, servers, ...given } = parse(environmentInput, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    await store.lockPlaces(tx)
    const project = await findProject(tx, projectId)
    if (!project || !sees(actor, projectId)) throw invalid('projectId', 'There is no such project.')
    demand(actor, 'configure', projectId)
    refuseName(given.name, project.environments)
    await refusePlaces(tx, actor, servers, null)
    const slug = freeSlug(
      given.name,
      project.environments.map((one) => one.slug),
    )
    const fields = { ...usual, ...withoutUndefined(given) }
    const row = await store.insertEnvironment(tx, { ...fields, projectId, slug }, servers)
    await audit('environment.create', `environment:${row.id}`, projectId, { ...fields, projectId, servers })
    return view(tx, actor, row)
  })
}

/**
 * Counts from the next deployment on; the place as `changePlaces` says. PanelError: invalid, not_found, forbidden, conflict.
 */
export async function updateEnvironment(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof environmentChange>,
): Promise<EnvironmentView> {
  const { id, servers, ...given } = parse(environmentChange, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    await store.lockPlaces(tx)
    await store.lockEnvironment(tx, id)
    const before = await load(tx, actor, id)
    demand(actor, 'configure', before.projectId)
    const fields = withoutUndefined(given)
    if (fields.name !== undefined) {
      const project = await findProject(tx, before.projectId)
      refuseName(
        fields.name,
        (project?.environments ?? []).filter((one) => one.id !== id),
      )
    }
    const left = servers ? await changePlaces(tx, actor, before, servers) : []
    const row = await store.changeEnvironment(tx, id, fields)
    if (row.branch !== before.branch) await judgeWaitingAnew(tx, id)
    await audit('environment.update', `environment:${id}`, before.projectId, {
      ...fields,
      ...(servers ? { servers } : {}),
      ...(left.length > 0 ? { left } : {}),
    })
    return view(tx, actor, row)
  })
}

/**
 * The panel forgets the environment and its history; the files on its servers stay. Channels that were told of it alone are told of
 * nothing from then on. PanelError: not_found, forbidden, conflict.
 */
export async function removeEnvironment(ctx: Context, actor: Actor, input: z.input<typeof byId>): Promise<null> {
  const { id } = parse(byId, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    await store.lockEnvironment(tx, id)
    const environment = await load(tx, actor, id)
    demand(actor, 'configure', environment.projectId)
    await refuseUnderWay(tx, id, 'remove the environment')
    await leaveOutEnvironment(tx, id)
    await store.deleteEnvironment(tx, id)
    const { name, project, targets } = environment
    await audit('environment.remove', `environment:${id}`, project.id, {
      name,
      project: project.name,
      servers: targets.map(({ server, root }) => ({ server: server.name, root })),
    })
    return null
  })
}

async function load(reader: Reader, actor: Actor, id: string): Promise<store.EnvironmentRow> {
  const environment = await store.findEnvironment(reader, id)
  if (!environment || !sees(actor, environment.projectId)) throw missing('environment')
  return environment
}

// Names are for people: two that differ in capitals only would be taken for one another.
export function refuseName(name: string, others: { name: string }[]): void {
  if (others.some((other) => other.name.toLowerCase() === name.toLowerCase()))
    throw taken('name', 'The project has an environment of that name already.')
}
