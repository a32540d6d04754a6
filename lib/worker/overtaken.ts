// Whether something newer has become live since a deployment was asked for: what was waiting for its turn must not take its place.
import type { Mirror } from '@/lib/deploy/types.ts'
import { PanelError } from '@/lib/errors.ts'
import type { Unless } from '@/lib/store/deployments.ts'
import type { Ground } from './ground.ts'

/** Ends a deployment before a server is touched; `message` says what took its place. */
export class Overtaken extends Error {}

/**
 * Held against what is live on each of the servers that it is for. What the repository hasn't got any more can't be said to be newer.
 * @throws Overtaken where `commit` is part of what is live there already, or (`older_or_live`) is just that everywhere.
 */
export async function refuseOvertaken(
  { environment: { targets, releases } }: Pick<Ground, 'environment'>,
  mirror: Mirror,
  commit: string,
  unless: Unless,
): Promise<void> {
  const live = targets.map(({ liveRelease }) => releases.find(({ name }) => name === liveRelease)?.revision ?? null)
  for (const other of new Set(live))
    if (other !== null && other !== commit && (await isPartOf(mirror, commit, other)))
      throw new Overtaken(`${short(commit)} is part of what is live already (${short(other)}).`)
  if (unless === 'older_or_live' && live.every((one) => one === commit))
    throw new Overtaken(`${short(commit)} is live already.`)
}

/** Of what the repository hasn't got, nothing is said to be. */
export async function isPartOf(mirror: Mirror, commit: string, newer: string): Promise<boolean> {
  try {
    return (await mirror.between(newer, commit)).ahead === 0
  } catch (error) {
    if (error instanceof PanelError && error.code === 'not_found') return false
    throw error
  }
}

function short(commit: string): string {
  return commit.slice(0, 7)
}
