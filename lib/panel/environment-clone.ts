// Another environment like one that there is.
import type { z } from 'zod'
import { demand, type Actor } from '@/lib/access.ts'
import { cloneInput } from '@/lib/api/inputs-preview.ts'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { permissionsInput } from '@/lib/api/inputs.ts'
import { parseOptions } from '@/lib/spec/options.ts'
import { readTriggers } from '@/lib/spec/triggers.ts'
import { copyFiles, copyHooks, copyVariables } from '@/lib/store/environment-copy.ts'
import * as store from '@/lib/store/environments.ts'
import { findPathsOnServers } from '@/lib/store/files.ts'
import { storeTriggers } from '@/lib/store/triggers.ts'
import { findProject } from '@/lib/store/projects.ts'
import { change, missing, parse } from './act.ts'
import type { Context } from './context.ts'
import { refusePlaces } from './environment-places.ts'
import { view } from './environment-view.ts'
import { refuseName } from './environments.ts'
import { placeAmong } from './hook-places.ts'
import { freeSlug } from './projects.ts'
import { demandEnvironment } from './seen.ts'

/**
 * Settings, options and the panel's hooks come along, variables and files only when wished, without those that another environment
 * writes on the same server; history, releases and the place don't. Nothing on a server is touched. PanelError: invalid, not_found, forbidden, conflict (name or folder taken).
 */
export async function cloneEnvironment(
  ctx: Context,
  actor: Actor,
  input: z.input<typeof cloneInput>,
): Promise<EnvironmentView> {
  const { environmentId: id, name, branch, servers, variables } = parse(cloneInput, input)
  return change(ctx, actor, async ({ tx, audit }) => {
    await store.lockPlaces(tx)
    const projectId = await demandEnvironment(tx, actor, 'view', id)
    demand(actor, 'configure', projectId)
    const original = await store.findEnvironment(tx, id)
    const project = await findProject(tx, projectId)
    if (!original || !project) throw missing('environment')
    refuseName(name, project.environments)
    await refusePlaces(tx, actor, servers, null)
    const { releaseNaming, keep, repositoryHooks, appType, appDomain } = original
    const slug = freeSlug(
      name,
      project.environments.map((one) => one.slug),
    )
    const settings = { releaseNaming, keep, repositoryHooks, appType, appDomain }
    const fields = {
      ...settings,
      name,
      branch: branch ?? original.branch,
      permissions: permissionsInput.parse(original.permissions),
      options: parseOptions(original.options),
    }
    const row = await store.insertEnvironment(tx, { ...fields, projectId, slug }, servers)
    // Its rules come along, but nothing is deployed to a clone until somebody wants that.
    await storeTriggers(tx, row.id, { ...readTriggers(original.triggers), isOn: false })
    const both = { from: id, to: row.id, createdBy: actor.name }
    const targets = row.targets.map(({ serverId, server }) => ({ serverId, labels: server.labels }))
    const hooks = await copyHooks(tx, { ...both, place: (before) => placeAmong(before, targets) })
    const copied = variables ? await copyVariables(tx, both) : null
    const serverIds = servers.map(({ serverId }) => serverId)
    const taken = await findPathsOnServers(tx, { serverIds, except: row.id })
    const files = variables ? await copyFiles(tx, { ...both, taken }) : []
    const facts = { name, from: id, servers, hooks, variables: copied, files }
    await audit('environment.clone', `environment:${row.id}`, projectId, facts)
    return view(tx, actor, row)
  })
}
