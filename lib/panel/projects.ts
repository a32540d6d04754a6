// Projects: a repository, how to get into it, and the environments it is deployed to.
import { z } from 'zod'
import { can, demand, seenProjects, sees, type Actor } from '@/lib/access.ts'
import { slugOf } from '@/lib/api/grammar.ts'
import { byId, projectChange, projectInput } from '@/lib/api/inputs.ts'
import type { ProjectView, Ref } from '@/lib/api/shapes.ts'
import type { RepositoryAccess } from '@/lib/deploy/types.ts'
import { PanelError } from '@/lib/errors.ts'
import { lockPlaces } from '@/lib/store/environments.ts'
import * as store from '@/lib/store/projects.ts'
import type { Reader } from '@/lib/store/reader.ts'
import { lockByName } from '@/lib/store/settings.ts'
import { change, invalid, missing, parse } from './act.ts'
import { ask } from './ask.ts'
import type { Context } from './context.ts'
import { makeSshKey } from './ssh-key.ts'

const access = z.enum(['none', 'key', 'token'])
const refsAnswer = z.array(z.object({ name: z.string(), kind: z.enum(['branch', 'tag']), sha: z.string() }))

export async function listProjects(ctx: Context, actor: Actor): Promise<ProjectView[]> {
  return (await store.findProjects(ctx.db.prisma, seenProjects(actor))).map((row) => projectView(actor, row))
}

export async function getProject(ctx: Context, actor: Actor, input: z.input<typeof byId>): Promise<ProjectView> {
  const { id } = parse(byId, input)
  return projectView(actor, await load(ctx.db.prisma, actor, id))
}

/** Access `key` makes a deploy key, whose public line the view shows. PanelError: invalid, forbidden. */
export async function createProject(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof projectInput>,
): Promise<ProjectView> {
  const wanted = parse(projectInput, input)
  demand(actor, 'configure', null)
  refuseUrl(ctx, wanted.repositoryUrl, wanted.access)
  return change(ctx, actor, async ({ tx, audit }) => {
    await lockByName(tx, 'project slugs')
    const slug = freeSlug(wanted.name, await store.findProjectSlugs(tx))
    const { name, repositoryUrl } = wanted
    const row = await store.insertProject(tx, {
      name,
      slug,
      repositoryUrl,
      access: wanted.access,
      ...credentialOf(ctx, slug, wanted),
    })
    await audit('project.create', `project:${row.id}`, row.id, { name, repositoryUrl, access: wanted.access })
    return projectView(actor, row)
  })
}

/** Branches and tags as the Git host lists them now. PanelError: not_found, forbidden, and as `ask`. */
export async function readBranches(ctx: Context, actor: Actor, input: z.input<typeof byId>): Promise<Ref[]> {
  const { id } = parse(byId, input)
  await load(ctx.db.prisma, actor, id)
  return refsAnswer.parse(await ask(ctx, 'refs', { projectId: id }, { deadlineMs: 30_000 }))
}

/**
 * A token is never sent to another host than the one it was given for: a changed address asks for it again.
 * PanelError: invalid, not_found, forbidden.
 */
export async function updateProject(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof projectChange>,
): Promise<ProjectView> {
  const { id, ...wanted } = parse(projectChange, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    const before = await load(tx, actor, id)
    demand(actor, 'configure', id)
    const next = {
      name: wanted.name ?? before.name,
      repositoryUrl: wanted.repositoryUrl ?? before.repositoryUrl,
      access: wanted.access ?? access.parse(before.access),
    }
    refuseUrl(ctx, next.repositoryUrl, next.access)
    const isNewAccess = next.access !== before.access || wanted.token !== undefined
    if (
      next.access === 'token' &&
      wanted.token === undefined &&
      (isNewAccess || wanted.user !== undefined || hostOf(next.repositoryUrl) !== hostOf(before.repositoryUrl))
    )
      throw invalid('token', 'Give the token for this address.')
    const credential = isNewAccess ? credentialOf(ctx, before.slug, { ...wanted, ...next }) : {}
    const row = await store.changeProject(tx, id, { ...next, ...credential })
    await audit('project.update', `project:${id}`, id, { ...next, credential: isNewAccess })
    return projectView(actor, row)
  })
}

/** Forgets a project without environments. PanelError: not_found, forbidden, conflict. */
export async function removeProject(ctx: Context, actor: Actor, input: z.input<typeof byId>): Promise<null> {
  const { id } = parse(byId, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    await lockPlaces(tx)
    const project = await load(tx, actor, id)
    demand(actor, 'configure', id)
    if (project.environments.length > 0)
      throw new PanelError('conflict', 'Remove the environments of this project first.')
    await store.deleteProject(tx, id)
    await audit('project.remove', `project:${id}`, id, { name: project.name })
    return null
  })
}

/** `name` as a slug, with -2, -3 … when it is taken. */
export function freeSlug(name: string, taken: readonly string[]): string {
  const slug = slugOf(name)
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? slug : `${slug}-${n}`
    if (!taken.includes(candidate)) return candidate
  }
}

async function load(reader: Reader, actor: Actor, id: string): Promise<store.ProjectRow> {
  const project = await store.findProject(reader, id)
  if (!project || !sees(actor, id)) throw missing('project')
  return project
}

// A path on the panel's own disk is read with the panel's own rights, so only folders that its keeper named are open.
function refuseUrl({ settings }: Context, url: string, kind: z.infer<typeof access>): void {
  const isHttps = url.startsWith('https:')
  if (url.startsWith('/') && !settings.localRepositories.some((prefix) => url.startsWith(prefix)))
    throw invalid(
      'repositoryUrl',
      'Paths on the panel’s own disk are not open here.',
      'Whoever runs the panel can name folders in FAIRLEAD_LOCAL_REPOSITORIES.',
    )
  if (kind === 'token' && !isHttps) throw invalid('access', 'A token needs an https address.')
  if (kind === 'key' && (isHttps || url.startsWith('/')))
    throw invalid('access', 'A deploy key needs an ssh or git@host:path address.')
}

function hostOf(url: string): string {
  return /^https:\/\/[^/]*/.exec(url)?.[0] ?? url
}

function credentialOf(
  ctx: Context,
  slug: string,
  { access: kind, user, token }: { access: string; user?: string; token?: string },
) {
  if (kind === 'none') return { credential: null, publicKey: null }
  const key = kind === 'key' ? makeSshKey(`fairlead-${slug}`) : null
  const secret: RepositoryAccess = key
    ? { kind: 'key', privateKey: key.privateKey }
    : { kind: 'token', user: user ?? 'x-access-token', token: token ?? '' }
  return { credential: ctx.secrets.encrypt(JSON.stringify(secret)), publicKey: key?.publicKey ?? null }
}

function projectView(actor: Actor, project: store.ProjectRow): ProjectView {
  return {
    id: project.id,
    name: project.name,
    slug: project.slug,
    repositoryUrl: project.repositoryUrl,
    access: access.parse(project.access),
    publicKey: project.publicKey,
    environments: project.environments.map(({ id, name, slug }) => ({ id, name, slug })),
    can: can(actor, project.id),
    createdAt: project.createdAt.toISOString(),
  }
}
