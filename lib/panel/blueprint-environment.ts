// One environment of a project as code, made what the file says.
import { isDeepStrictEqual } from 'node:util'
import type { Actor } from '@/lib/access.ts'
import { environmentSettings, type EnvironmentBlueprint } from '@/lib/api/blueprint.ts'
import { lifecycleEvents } from '@/lib/deploy/types.ts'
import { meant } from '@/lib/format/edit-distance.ts'
import { invalid } from './act.ts'
import { applyFiles } from './blueprint-files.ts'
import { applySchedules } from './blueprint-lists.ts'
import { applyVariables } from './blueprint-variables.ts'
import type { Context } from './context.ts'
import { createEnvironment, getEnvironment, listEnvironments, updateEnvironment } from './environments.ts'
import { placeFromCode } from './hook-places.ts'
import { saveTriggers } from './following.ts'
import { removeHook, saveHook } from './hooks.ts'
import { listServers } from './servers.ts'

type Wanted = {
  projectId: string
  slug: string
  wanted: EnvironmentBlueprint
  /** As it stands; undefined = it has to be made. */
  before: EnvironmentBlueprint | undefined
}

/** Only what differs is changed, so that the audit says what was. Returns notes for people. PanelError as the single changes. */
export async function applyEnvironment(ctx: Context, actor: Actor, given: Wanted): Promise<string[]> {
  const { slug, wanted, before } = given
  const environmentId = before ? await change(ctx, actor, given, before) : await make(ctx, actor, given)
  await applyHooks(ctx, actor, environmentId, given)
  if (wanted.triggers && !isDeepStrictEqual(wanted.triggers, before?.triggers))
    await saveTriggers(ctx, actor, { environmentId, triggers: wanted.triggers })
  if (wanted.schedules) await applySchedules(ctx, actor, environmentId, wanted.schedules)
  const names = wanted.variables ? await applyVariables(ctx, actor, environmentId, wanted.variables) : []
  const paths = wanted.files ? await applyFiles(ctx, actor, environmentId, wanted.files) : []
  return [
    ...names.map((name) => `environments.${slug}: type the value of the secret ${name} in the panel.`),
    ...paths.map((path) => `environments.${slug}: add the secret file ${path} in the panel.`),
  ]
}

async function make(ctx: Context, actor: Actor, { projectId, slug, wanted }: Wanted): Promise<string> {
  const { servers, name = slug, branch, ...rest } = wanted
  const { hooks: _hooks, variables: _variables, files: _files, ...following } = rest
  const { triggers: _triggers, schedules: _schedules, ...settings } = following
  const path = `environments.${slug}`
  if (!branch) throw invalid(`${path}.branch`, `The environment “${slug}” has to be made: say its branch.`)
  if (!servers) throw invalid(`${path}.servers`, `The environment “${slug}” has to be made: say its server and root.`)
  const made = await createEnvironment(ctx, actor, {
    projectId,
    name,
    branch,
    servers: await withIds(ctx, actor, servers, path),
    ...settings,
  })
  if (made.slug !== slug)
    throw invalid(`${path}.name`, `An environment of this name is called “${made.slug}”, not “${slug}”.`)
  return made.id
}

async function change(
  ctx: Context,
  actor: Actor,
  { projectId, slug, wanted }: Wanted,
  before: EnvironmentBlueprint,
): Promise<string> {
  const view = (await listEnvironments(ctx, actor, { projectId })).find((one) => one.slug === slug)!
  const settings = Object.fromEntries(
    environmentSettings
      .filter((name) => wanted[name] !== undefined && !isDeepStrictEqual(wanted[name], before[name]))
      .map((name) => [name, wanted[name]]),
  )
  const isElsewhere = wanted.servers !== undefined && !isDeepStrictEqual(wanted.servers, before.servers)
  const servers = isElsewhere ? await withIds(ctx, actor, wanted.servers!, `environments.${slug}`) : undefined
  if (servers || Object.keys(settings).length > 0)
    await updateEnvironment(ctx, actor, { id: view.id, ...settings, ...(servers ? { servers } : {}) })
  return view.id
}

async function withIds(ctx: Context, actor: Actor, places: NonNullable<EnvironmentBlueprint['servers']>, path: string) {
  const known = await listServers(ctx, actor)
  return places.map(({ server, ...place }, at) => {
    const found = known.find(({ name }) => name === server)
    if (found) return { serverId: found.id, ...place }
    const near = meant(
      server,
      known.map(({ name }) => name),
    )
    const hint = near ? `Did you mean “${near}”?` : 'Add it in the panel, and confirm its host key there.'
    throw invalid(`${path}.servers.${at}.server`, `There is no server “${server}”.`, hint)
  })
}

async function applyHooks(
  ctx: Context,
  actor: Actor,
  environmentId: string,
  { slug, wanted: { hooks: wanted }, before }: Wanted,
): Promise<void> {
  if (!wanted) return
  const { targets } = await getEnvironment(ctx, actor, { id: environmentId })
  for (const event of lifecycleEvents) {
    const [next, now] = [wanted[event], before?.hooks?.[event]]
    if (!next && now) await removeHook(ctx, actor, { environmentId, event })
    else if (next && !isDeepStrictEqual(next, now)) {
      const place = placeFromCode(next.place, targets, `environments.${slug}.hooks.${event}.place`)
      await saveHook(ctx, actor, { environmentId, event, ...next, place })
    }
  }
}
