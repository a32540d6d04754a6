// Looking things up as somebody: what one may not see is not_found, what one may see but not do is forbidden.
import { demand, sees, type Actor, type Right } from '@/lib/access.ts'
import { lockEnvironment } from '@/lib/store/environments.ts'
import { findDeployment, projectOf, type DeploymentKey, type PlacedDeployment } from '@/lib/store/history.ts'
import type { Reader } from '@/lib/store/reader.ts'
import { missing } from './act.ts'

/** The id of the environment's project. PanelError: not_found, forbidden. */
export async function demandEnvironment(
  reader: Reader,
  actor: Actor,
  right: Right,
  environmentId: string,
): Promise<string> {
  return allowed(actor, right, await projectOf(reader, environmentId))
}

/** The same in a change: whoever else changes the environment, or asks for a deployment, waits until it is over. */
export async function demandLocked(tx: Reader, actor: Actor, right: Right, environmentId: string): Promise<string> {
  return allowed(actor, right, await lockEnvironment(tx, environmentId))
}

function allowed(actor: Actor, right: Right, projectId: string | null): string {
  if (projectId === null || !sees(actor, projectId)) throw missing('environment')
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
  if (!deployment || !sees(actor, deployment.environment.projectId)) throw missing('deployment')
  demand(actor, right, deployment.environment.projectId)
  return deployment
}
