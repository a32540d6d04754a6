// Looking things up as somebody: what one may not see is not_found, what one may see but not do is forbidden.
import { demand, sees, type Actor, type Right } from '@/lib/access.ts'
import { lockEnvironment } from '@/lib/store/environments.ts'
import { findDeployment, projectOf, type DeploymentKey, type PlacedDeployment } from '@/lib/store/history.ts'
import { findProject } from '@/lib/store/projects.ts'
import type { Reader } from '@/lib/store/reader.ts'
import { missing } from './act.ts'

/** The id of the environment's project. PanelError: not_found, forbidden. */
export async function demandEnvironment(
  reader: Reader,
  actor: Actor,
  right: Right,
  environmentId: string,
): Promise<string> {
  return demandOf('environment', actor, right, await projectOf(reader, environmentId))
}

/** The same in a change: whoever else changes the environment, or asks for a deployment, waits until it is over. */
export async function demandLocked(tx: Reader, actor: Actor, right: Right, environmentId: string): Promise<string> {
  return demandOf('environment', actor, right, await lockEnvironment(tx, environmentId))
}

/** PanelError: not_found, forbidden. */
export async function demandProject(reader: Reader, actor: Actor, right: Right, projectId: string): Promise<void> {
  const isThere = sees(actor, projectId) && (await findProject(reader, projectId)) !== null
  demandOf('project', actor, right, isThere ? projectId : null)
}

/** `noun`: what belongs to that project; null = it isn't there. Returns the project's id. PanelError: not_found, forbidden. */
export function demandOf(noun: string, actor: Actor, right: Right, projectId: string | null): string {
  if (projectId === null || !sees(actor, projectId)) throw missing(noun)
  demand(actor, right, projectId)
  return projectId
}

/** PanelError: not_found, forbidden. */
export async function demandDeployment(
  reader: Reader,
  actor: Actor,
  right: Right,
  key: DeploymentKey,
): Promise<PlacedDeployment> {
  const deployment = await findDeployment(reader, key)
  if (!deployment) throw missing('deployment')
  demandOf('deployment', actor, right, deployment.environment.projectId)
  return deployment
}
