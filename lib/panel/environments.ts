// Environments: what of a project runs where, and by which rules its releases are made.
import type { z } from 'zod'
import { demand, type Actor } from '@/lib/access.ts'
import { byId, environmentChange, environmentInput, environmentList, permissionsInput } from '@/lib/api/inputs.ts'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { PanelError } from '@/lib/errors.ts'
import * as store from '@/lib/store/environments.ts'
import { findProject } from '@/lib/store/projects.ts'
import type { Reader } from '@/lib/store/reader.ts'
import { lockByName } from '@/lib/store/settings.ts'
import { change, invalid, missing, parse } from './act.ts'
import type { Context } from './context.ts'
import { deploymentView, releaseView } from './deployment-view.ts'
import { freeSlug } from './projects.ts'

/** What Amezmo does unless told otherwise: releases belong to www-data:deployer, ten are kept. */
const usual = {
  releaseNaming: 'sequence',
  keep: 10,
  permissions: { owner: 'www-data', group: 'deployer', mode: 'keep-exec' },
  repositoryHooks: true,
  appType: '',
  appDomain: '',
} as const

/** Sorted by project, then by age; of one project or of all. PanelError: invalid, forbidden. */
export async function listEnvironments(ctx: Context, actor: Actor, input: z.input<typeof environmentList> = {}): Promise<EnvironmentView[]> {
  const filter = parse(environmentList, input)
  demand(actor, 'view')
  return views(ctx.db.prisma, await store.findEnvironments(ctx.db.prisma, filter))
}

/** PanelError: invalid, not_found, forbidden. */
export async function getEnvironment(ctx: Context, actor: Actor, input: z.input<typeof byId>): Promise<EnvironmentView> {
  const { id } = parse(byId, input)
  demand(actor, 'view')
  return view(ctx.db.prisma, await load(ctx.db.prisma, id))
}

/**
 * Nothing on the server is touched yet; `adopt` is the person's consent to take over what another tool left in the root.
 * PanelError: invalid, forbidden, conflict (name or folder taken).
 */
export async function createEnvironment(ctx: Context, actor: Actor, input: z.input<typeof environmentInput>): Promise<EnvironmentView> {
  const { projectId, servers, ...given } = parse(environmentInput, input)
  demand(actor, 'configure')
  return change(ctx, actor, async ({ tx, audit }) => {
    await lockByName(tx, 'environments and their places')
    const project = await findProject(tx, projectId)
    if (!project) throw invalid('projectId', 'There is no such project.')
    refuseName(given.name, project.environments)
    await refusePlaces(tx, servers, null)
    const slug = freeSlug(given.name, project.environments.map((one) => one.slug))
    const fields = { ...usual, ...withoutUndefined(given) }
    const row = await store.insertEnvironment(tx, { ...fields, projectId, slug }, servers)
    await audit('environment.create', `environment:${row.id}`, { ...fields, projectId, servers })
    return view(tx, row)
  })
}

/**
 * Counts from the next deployment on. The place can change only while no release was completed there: afterwards it would leave
 * releases, storage and what is live behind. PanelError: invalid, not_found, forbidden, conflict.
 */
export async function updateEnvironment(ctx: Context, actor: Actor, input: z.input<typeof environmentChange>): Promise<EnvironmentView> {
  const { id, servers, ...given } = parse(environmentChange, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    await lockByName(tx, 'environments and their places')
    await store.lockEnvironment(tx, id)
    const before = await load(tx, id)
    demand(actor, 'configure')
    const fields = withoutUndefined(given)
    if (fields.name !== undefined) {
      const project = await findProject(tx, before.projectId)
      refuseName(fields.name, (project?.environments ?? []).filter((one) => one.id !== id))
    }
    if (servers) await changePlaces(tx, before, servers)
    const row = await store.changeEnvironment(tx, id, fields)
    await audit('environment.update', `environment:${id}`, { ...fields, ...(servers ? { servers } : {}) })
    return view(tx, row)
  })
}

/** The panel forgets the environment and its history; the files on its servers stay. PanelError: not_found, forbidden, conflict. */
export async function removeEnvironment(ctx: Context, actor: Actor, input: z.input<typeof byId>): Promise<null> {
  const { id } = parse(byId, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    await store.lockEnvironment(tx, id)
    const environment = await load(tx, id)
    demand(actor, 'configure')
    await refuseUnderWay(tx, id, 'remove the environment')
    await store.deleteEnvironment(tx, id)
    const { name, project, targets } = environment
    await audit('environment.remove', `environment:${id}`, {
      name,
      project: project.name,
      servers: targets.map(({ server, root }) => ({ server: server.name, root })),
    })
    return null
  })
}

async function load(reader: Reader, id: string): Promise<store.EnvironmentRow> {
  const environment = await store.findEnvironment(reader, id)
  if (!environment) throw missing('environment')
  return environment
}

async function refuseUnderWay(reader: Reader, id: string, what: string): Promise<void> {
  const [first] = await store.findUnfinished(reader, id)
  if (!first) return
  const { number, status } = first
  throw new PanelError('conflict', `Deployment ${number} is ${status}. Cancel it or wait for its end, then ${what}.`, { deploymentId: first.id, number })
}

// Names are for people: two that differ in capitals only would be taken for one another.
function refuseName(name: string, others: { name: string }[]): void {
  if (others.some((other) => other.name.toLowerCase() === name.toLowerCase()))
    throw taken('name', 'The project has an environment of that name already.')
}

async function changePlaces(reader: Reader, before: store.EnvironmentRow, servers: store.TargetFields[]): Promise<void> {
  const [target, wanted] = [before.targets[0], servers[0]]
  if (!target || !wanted) throw new PanelError('conflict', 'This environment has no server that could be changed.')
  if (target.serverId === wanted.serverId && target.root === wanted.root) {
    await store.setAdopt(reader, target.id, wanted.adopt)
    return
  }
  await refuseUnderWay(reader, before.id, 'change its place')
  if (await store.hasReleases(reader, before.id))
    throw new PanelError('conflict', 'Releases of this environment lie on its server. Make another environment for another place.')
  await refusePlaces(reader, servers, before.id)
  await store.moveTarget(reader, target.id, wanted)
}

// A root belongs to one environment. One inside another is refused too: releases there would be part of the other's files.
async function refusePlaces(reader: Reader, servers: store.TargetFields[], self: string | null): Promise<void> {
  for (const [at, { serverId, root }] of servers.entries()) {
    const beside = await store.findTargetsBeside(reader, serverId)
    if (!beside) throw invalid(`servers.${at}.serverId`, 'There is no such server.')
    const other = beside.find((one) => one.environmentId !== self && [one.root, one.canonicalRoot].some((path) => path !== null && overlap(path, root)))
    if (!other) continue
    const { environment, server } = other
    const owner = `${environment.project.name} ${environment.name}`
    throw taken(
      `servers.${at}.root`,
      other.root === root ? `${owner} lives in ${root} on ${server.name}.` : `${root} and the folder of ${owner} (${other.root} on ${server.name}) overlap.`,
    )
  }
}

function overlap(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`)
}

function taken(path: string, message: string): PanelError {
  return new PanelError('conflict', message, { problems: [{ path, message }] })
}

function withoutUndefined<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> }
}

async function view(reader: Reader, row: store.EnvironmentRow): Promise<EnvironmentView> {
  const [one] = await views(reader, [row])
  if (!one) throw missing('environment')
  return one
}

async function views(reader: Reader, rows: store.EnvironmentRow[]): Promise<EnvironmentView[]> {
  const standings = await store.findStandings(reader, rows.map(({ id }) => id))
  return rows.flatMap((row) => {
    const standing = standings.get(row.id)
    return standing ? [environmentView(row, standing)] : []
  })
}

function environmentView(row: store.EnvironmentRow, { live, earlier, last, unfinished }: store.Standing): EnvironmentView {
  const { project } = row
  return {
    id: row.id,
    projectId: project.id,
    project: project.name,
    projectSlug: project.slug,
    repositoryUrl: project.repositoryUrl,
    name: row.name,
    slug: row.slug,
    branch: row.branch,
    releaseNaming: row.releaseNaming === 'time' ? 'time' : 'sequence',
    keep: row.keep,
    permissions: permissionsInput.parse(row.permissions),
    repositoryHooks: row.repositoryHooks,
    appType: row.appType,
    appDomain: row.appDomain,
    targets: row.targets.map(({ id, serverId, server, root, adopt, liveRelease, liveSeenAt }) => ({
      id,
      serverId,
      server: server.name,
      host: server.host,
      root,
      adopt,
      liveRelease,
      liveSeenAt: liveSeenAt?.toISOString() ?? null,
    })),
    live: live && releaseView(live),
    rollBackTo: earlier && releaseView(earlier),
    last: last && deploymentView(last),
    running: unfinished && deploymentView(unfinished),
    createdAt: row.createdAt.toISOString(),
  }
}
