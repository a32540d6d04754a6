// The one guard of a deployment's status. Wishes (cancel requested) and reasons (failure) are not states.
import type { DeploymentStatus } from './types.ts'

const next: Record<DeploymentStatus, readonly DeploymentStatus[]> = {
  queued: ['running', 'cancelled', 'superseded'],
  running: ['succeeded', 'failed', 'cancelled', 'superseded'],
  succeeded: [],
  failed: [],
  cancelled: [],
  superseded: [],
}

/** No further status follows. */
export function isFinished(status: DeploymentStatus): boolean {
  return next[status].length === 0
}

/** Gives `to` when the move is allowed. Throws otherwise: a forbidden move is a bug of the caller. */
export function moveStatus(from: DeploymentStatus, to: DeploymentStatus): DeploymentStatus {
  if (!next[from].includes(to)) throw new Error(`a deployment can't go from ${from} to ${to}`)
  return to
}
