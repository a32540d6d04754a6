// Which release directories go when a deployment has switched.
import type { KnownRelease } from './plan-input.ts'

/**
 * `keep` counts succeeded releases and includes the one being deployed; the live release (`release`) and the one before it
 * (`previous`) stay whatever `keep` says. What never became live, or isn't complete, goes. Removed ones are not named again.
 * Names in `remove` are oldest first, so that an interrupted pass has freed the least useful ones.
 */
export function planRetention(input: {
  release: string
  previous: string | null
  keep: number
  releases: KnownRelease[]
}): { remove: string[]; keep: string[] } {
  const others = input.releases
    .filter((one) => one.state !== 'removed' && one.name !== input.release && one.name !== input.previous)
    .sort((a, b) => b.number - a.number)
  const protectedNames = [input.release, ...(input.previous === null ? [] : [input.previous])]
  const room = Math.max(0, input.keep - protectedNames.length)
  const kept = others.filter((one) => one.succeeded && one.state === 'complete').slice(0, room)
  const keptNames = new Set(kept.map((one) => one.name))
  return {
    remove: others
      .filter((one) => !keptNames.has(one.name))
      .reverse()
      .map((one) => one.name),
    keep: [...protectedNames, ...keptNames],
  }
}

/**
 * What goes when a deployment has failed: releases of earlier ones that never became live by a deployment that succeeded,
 * oldest first. What this one made stays, to be looked at; were they all to stay, failing often would fill the disk.
 */
export function planLeftovers(input: { release: string; previous: string | null; releases: KnownRelease[] }): string[] {
  return input.releases
    .filter((one) => one.state !== 'removed' && !one.succeeded)
    .filter((one) => one.name !== input.release && one.name !== input.previous)
    .sort((a, b) => a.number - b.number)
    .map((one) => one.name)
}
