// What several servers of an environment have live, where they should all have the same.

/** As far as a target's view says it. `liveNumber` null: nothing is live there, or something that is none of the releases. */
type Standing = {
  server: string
  liveRelease: string | null
  liveNumber: number | null
  unknownSince: string | null
  unknownWhy: string | null
}

/** Whether `release`, the live one of the environment, was seen there last and nothing has happened since that nobody saw. */
function hasRelease({ liveNumber, unknownSince }: Standing, release: number): boolean {
  return unknownSince === null && liveNumber === release
}

/** Those that don't have what is live; of one server alone only when nobody knows. Nothing live anywhere is no difference. */
export function differing<T extends Standing>(targets: readonly T[], live: number | null): T[] {
  if (live === null || targets.length < 2) return targets.filter(({ unknownSince }) => unknownSince !== null)
  return targets.filter((target) => !hasRelease(target, live))
}

/** What a server has that differs, as a half of a sentence. Times and reasons of what is unknown are for the caller to say. */
export function whatIsThere({ liveRelease, liveNumber, unknownSince }: Standing): string {
  if (unknownSince !== null) return 'unknown'
  if (liveRelease === null) return 'has nothing live'
  return liveNumber === null ? `has ${liveRelease}, which is none of these releases` : `has release ${liveNumber}`
}

/** ` on 2 of 3 servers` behind “release 12”; nothing for one server. */
export function onHowMany(live: number, targets: readonly Standing[]): string {
  if (targets.length < 2) return ''
  const count = targets.filter((target) => hasRelease(target, live)).length
  return count === targets.length ? ` on ${count} servers` : ` on ${count} of ${targets.length} servers`
}
