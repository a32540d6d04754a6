// A project as code: written out, compared with, and applied to the panel, all of it in one transaction or nothing.
import type { z } from 'zod'
import { stringify } from 'yaml'
import { demand, may, seenProjects, type Actor } from '@/lib/access.ts'
import {
  blueprintInput,
  blueprintSchema,
  environmentSettings,
  type Blueprint,
  type BlueprintResult,
  type EnvironmentBlueprint,
} from '@/lib/api/blueprint.ts'
import { byId } from '@/lib/api/inputs.ts'
import type { EnvironmentView, ProjectView } from '@/lib/api/shapes.ts'
import { PanelError } from '@/lib/errors.ts'
import { readYaml } from '@/lib/spec/yaml-text.ts'
import { findProjects } from '@/lib/store/projects.ts'
import { lockByName } from '@/lib/store/settings.ts'
import { joined } from '@/lib/store/transaction.ts'
import { invalid, parse } from './act.ts'
import { applyEnvironment } from './blueprint-environment.ts'
import { changesBetween } from './blueprint-changes.ts'
import { filesAsCode } from './blueprint-files.ts'
import { applyChannels, applyFreezes, channelsAsCode, freezesAsCode, schedulesAsCode } from './blueprint-lists.ts'
import { variablesAsCode } from './blueprint-variables.ts'
import type { Context } from './context.ts'
import { listEnvironments } from './environments.ts'
import { readFollowing } from './following.ts'
import { placeToCode } from './hook-places.ts'
import { listHooks } from './hooks.ts'
import { createProject, getProject, updateProject } from './projects.ts'

const head = `# A project of Fairlead. “fairlead diff” says what this file would change, “fairlead apply” changes it.
# What is left out stays as it is; secrets are only named, their values stay in the panel.
`

/** The project as YAML, without any secret. PanelError: invalid, not_found, forbidden (needs the right readVariables). */
export async function exportProject(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof byId>,
): Promise<{ text: string }> {
  const { id } = parse(byId, input)
  const project = await getProject(ctx, actor, { id })
  demand(actor, 'readVariables', id)
  return { text: head + stringify(await asCode(ctx, actor, project), { lineWidth: 0 }) }
}

/** Carries the changes of a dry run out of the transaction that is undone for it. */
class DryRun extends Error {
  readonly result: BlueprintResult
  constructor(result: BlueprintResult) {
    super('a dry run is undone')
    this.result = result
  }
}

/**
 * Makes a project what the YAML says; a second time changes nothing. A project or an environment that isn't there is made; none
 * is ever removed. PanelError: invalid (each problem with its line), not_found, forbidden, conflict, as the single changes.
 */
export async function applyBlueprint(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof blueprintInput>,
): Promise<BlueprintResult> {
  const { text, dryRun } = parse(blueprintInput, input)
  // Before the text is looked into, which takes its time: whoever may do nothing with any of it.
  if (!may(actor, 'readVariables', null) && !Object.keys(actor.projects).some((id) => may(actor, 'readVariables', id)))
    demand(actor, 'readVariables', null)
  const { value: blueprint, problems } = readYaml(text, blueprintSchema)
  if (!blueprint)
    throw new PanelError('invalid', problems.length === 1 ? problems[0]!.message : 'The file can’t be used.', {
      problems,
    })
  try {
    return await ctx.db.prisma.$transaction(
      async (tx) => {
        await lockByName(tx, `blueprint ${blueprint.project.slug}`)
        const result = await apply({ ...ctx, db: joined(ctx.db, tx) }, actor, blueprint)
        if (dryRun) throw new DryRun({ ...result, applied: false })
        return result
      },
      { timeout: 60_000, maxWait: 10_000 },
    )
  } catch (error) {
    if (error instanceof DryRun) return error.result
    throw error
  }
}

async function apply(ctx: Context, actor: Actor, blueprint: Blueprint): Promise<BlueprintResult> {
  const seen = await findProjects(ctx.db.prisma, seenProjects(actor))
  const found = seen.find(({ slug }) => slug === blueprint.project.slug)
  const before = found ? await asCode(ctx, actor, await getProject(ctx, actor, { id: found.id })) : null
  const { id } = found ? await changeProject(ctx, actor, found.id, blueprint) : await makeProject(ctx, actor, blueprint)
  demand(actor, 'readVariables', id)
  const notes: string[] = []
  for (const [slug, wanted] of Object.entries(blueprint.environments)) {
    // One may be called `constructor`, which every object has something of.
    const known = before && Object.hasOwn(before.environments, slug) ? before.environments[slug] : undefined
    notes.push(...(await applyEnvironment(ctx, actor, { projectId: id, slug, wanted, before: known })))
  }
  const place = await placeOf(ctx, actor, id)
  if (blueprint.freezes) await applyFreezes(ctx, actor, place, blueprint.freezes)
  if (blueprint.channels) notes.push(...(await applyChannels(ctx, actor, place, blueprint.channels)))
  const after = await asCode(ctx, actor, await getProject(ctx, actor, { id }))
  return { projectId: found ? id : null, applied: true, changes: changesBetween(before, after), notes }
}

async function makeProject(ctx: Context, actor: Actor, { project }: Blueprint): Promise<ProjectView> {
  const { slug, ...wanted } = project
  const made = await createProject(ctx, actor, wanted)
  if (made.slug !== slug)
    throw invalid('project.slug', `A project of this name is called “${made.slug}”, not “${slug}”.`)
  return made
}

async function changeProject(ctx: Context, actor: Actor, id: string, { project }: Blueprint): Promise<ProjectView> {
  const { slug: _, ...wanted } = project
  const now = await getProject(ctx, actor, { id })
  const differs = (['name', 'repositoryUrl', 'access'] as const).some(
    (field) => wanted[field] !== undefined && wanted[field] !== now[field],
  )
  return differs ? updateProject(ctx, actor, { id, ...wanted }) : now
}

async function asCode(ctx: Context, actor: Actor, project: ProjectView): Promise<Blueprint> {
  const { slug, name, repositoryUrl, access } = project
  const place = await placeOf(ctx, actor, project.id)
  const environments: Blueprint['environments'] = {}
  for (const view of await listEnvironments(ctx, actor, { projectId: project.id }))
    environments[view.slug] = await environmentAsCode(ctx, actor, view)
  return {
    fairlead: 1,
    project: { slug, name, repositoryUrl, access },
    freezes: await freezesAsCode(ctx, actor, place),
    channels: await channelsAsCode(ctx, actor, place),
    environments,
  }
}

async function placeOf(ctx: Context, actor: Actor, projectId: string) {
  const environments = await listEnvironments(ctx, actor, { projectId })
  return { projectId, ids: new Map(environments.map(({ slug, id }) => [slug, id])) }
}

async function environmentAsCode(ctx: Context, actor: Actor, view: EnvironmentView): Promise<EnvironmentBlueprint> {
  const settings = Object.fromEntries(environmentSettings.map((name) => [name, view[name]]))
  const hooks = (await listHooks(ctx, actor, { environmentId: view.id })).map(
    ({ event, text, user, timeoutMs, failure, place }) =>
      [event, { text, user, timeoutMs, failure, place: placeToCode(place, view.targets) }] as const,
  )
  return {
    ...settings,
    triggers: (await readFollowing(ctx, actor, { environmentId: view.id })).triggers,
    schedules: await schedulesAsCode(ctx, actor, view.id),
    servers: view.targets.map(({ server, root, adopt }) => ({ server, root, adopt })),
    hooks: Object.fromEntries(hooks),
    variables: await variablesAsCode(ctx, actor, view.id),
    files: await filesAsCode(ctx, view.id),
  }
}
